using System.CommandLine;
using Earshot.Engine;
using Earshot.Server.Settings;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Earshot.Cli.Commands;

/// <summary>The store without the server, for commands that list, export, delete and repair.</summary>
internal sealed class StoreSession : IAsyncDisposable
{
    private readonly ServiceProvider services;

    private StoreSession(EarshotSettings settings)
    {
        Settings = settings;
        services = new ServiceCollection()
            .AddLogging(l => l.AddSimpleConsole(o => o.SingleLine = true).SetMinimumLevel(LogLevel.Warning)
                .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace))
            .AddEngine(settings.ForEngine())
            .BuildServiceProvider();
    }

    public EarshotSettings Settings { get; }

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    public ValueTask DisposeAsync() => services.DisposeAsync();

    /// <summary>A command over the store: adds the options that all have, and turns the store's failures into one line and an exit code.</summary>
    public static Command Command(string name, string description, IEnumerable<Symbol> symbols, Func<StoreSession, ParseResult, int> run) =>
        Command(name, description, symbols, (session, parsed, _) => Task.FromResult(run(session, parsed)));

    /// <summary>The same for work that can be called off.</summary>
    public static Command Command(string name, string description, IEnumerable<Symbol> symbols, Func<StoreSession, ParseResult, CancellationToken, Task<int>> run)
    {
        Option<string?> recordings = CommonOptions.Recordings(), data = CommonOptions.Data();
        Option<string[]> set = CommonOptions.Set();
        var command = new Command(name, description) { recordings, data, set };
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Argument argument) command.Add(argument);
            else if (symbol is Option option) command.Add(option);
        }
        command.SetAction(async (parsed, stop) =>
        {
            if (CommonOptions.Settings(parsed, recordings, data, set) is not { } settings) return ExitCodes.Config;
            await using var session = new StoreSession(settings);
            try
            {
                return await run(session, parsed, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                Console.Error.WriteLine($"earshot {name}: called off");
                return ExitCodes.Findings;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException or NotSupportedException)
            {
                Console.Error.WriteLine($"earshot {name}: {e.Message}");
                return ExitCodes.Unreadable;
            }
        });
        return command;
    }
}
