using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Earshot.Engine.Calls;
using Spectre.Console;

namespace Earshot.Cli.Output;

/// <summary>How results look: tables for people, one JSON value for programs.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Json<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, Options));

    /// <summary>A value as a JSON object, with more members behind its own.</summary>
    public static JsonObject With<T>(T value, params ReadOnlySpan<(string Name, object? Value)> members)
    {
        JsonObject json = JsonSerializer.SerializeToNode(value, Options)!.AsObject();
        foreach ((string name, object? member) in members) json[name] = JsonSerializer.SerializeToNode(member, Options);
        return json;
    }

    /// <summary>A table on standard output; never wrapped when it goes into a pipe.</summary>
    public static void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected) console.Profile.Width = 400;
        Table table = new Table().Border(TableBorder.None);
        foreach (string column in columns) table.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        foreach (IReadOnlyList<string> row in rows) table.AddRow([.. row.Select(c => Markup.Escape(LogText.Clean(c)))]);
        console.Write(table);
    }

    /// <summary>Minutes and seconds, <c>1:05.2</c>.</summary>
    public static string Duration(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{(int)(seconds / 60)}:{seconds % 60:00.0}");

    /// <summary>Bytes in a unit that reads well.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
        < 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.0} GiB"),
    };

    public static string Level(double? dbfs) => dbfs is { } v ? string.Create(CultureInfo.InvariantCulture, $"{v:0.0} dBFS") : "digital silence";

    public static string When(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Words, or nothing for a zero.</summary>
    public static string Count(double number, string words) => number == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{number:0} {words}");
}
