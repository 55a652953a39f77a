using System.CommandLine;
using Earshot.Cli;
using Earshot.Cli.Commands;

var root = new RootCommand("Earshot: the flight recorder for phone calls over a media WebSocket")
{
    ServeCommand.Create(),
    DemoCommand.Create(),
    CallCommand.Create(),
    ReplayCommand.Create(),
    ForkCommand.Create(),
    ListCommand.Create(),
    ShowCommand.Create(),
    AnalyzeCommand.Create(),
    TranscribeCommand.Create(),
    ImportCommand.Create(),
    AlertsCommand.Create(),
    ModelsCommand.Create(),
    ExportCommand.Create(),
    DeleteCommand.Create(),
    PruneCommand.Create(),
    RepairCommand.Create(),
    ReindexCommand.Create(),
    ConfigCommand.Create(),
    DoctorCommand.Create(),
};
ParseResult parsed;
try
{
    parsed = root.Parse(args);
}
catch (InvalidOperationException e)
{
    Console.Error.WriteLine($"earshot: {e.Message} Try 'earshot --help'.");
    return ExitCodes.Usage;
}
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors) Console.Error.WriteLine($"earshot: {error.Message}");
    Console.Error.WriteLine("Try 'earshot --help'.");
    return ExitCodes.Usage;
}
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
