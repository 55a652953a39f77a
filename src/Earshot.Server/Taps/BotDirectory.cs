using Earshot.Engine.Calls;

namespace Earshot.Server.Taps;

/// <summary>The bots of the settings, by name.</summary>
internal sealed class BotDirectory(IReadOnlyDictionary<string, BotOptions> bots)
{
    public BotOptions? Find(string name) => bots.GetValueOrDefault(name);

    /// <summary>What to do where a bot is not known.</summary>
    public string Advice(string name) => $"'{LogText.Clean(name)}' is not in the settings. " + (bots.Count == 0
        ? "No bot is: set Earshot:Bots:NAME:Url to the bot's own WebSocket address."
        : $"Known are {string.Join(", ", bots.Keys)}; set Earshot:Bots:{LogText.Clean(name)}:Url to add it.");
}
