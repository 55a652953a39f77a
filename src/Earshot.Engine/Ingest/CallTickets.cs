using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Earshot.Engine.Ingest;

/// <summary>What the webhook knew of a call.</summary>
internal sealed record CallTicket(string CallSid, string AccountSid, string From, string To, string Direction, DateTimeOffset WebhookAt, DateTimeOffset TwimlAt, bool IsTwoWay = false);

/// <summary>Ties a media socket to the webhook that opened it, by a one-time token that travels as a stream parameter. It only ties: admission is the signature's.</summary>
internal sealed class CallTickets(TimeProvider time)
{
    /// <summary>The stream parameter that carries the token.</summary>
    public const string ParameterName = "earshotToken";

    private const int Capacity = 10_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, CallTicket> tickets = new();

    /// <summary>Keeps the facts and gives their token.</summary>
    public string Issue(CallTicket ticket)
    {
        if (tickets.Count >= Capacity) Sweep();
        string token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        if (tickets.Count < Capacity) tickets[token] = ticket;
        return token;
    }

    /// <summary>Gives the facts once; null for a token that is unknown, used, too old, or of another call.</summary>
    public CallTicket? Redeem(string token, string callSid)
    {
        if (!tickets.TryGetValue(token, out CallTicket? ticket) || ticket.CallSid != callSid || time.GetUtcNow() - ticket.TwimlAt > Lifetime) return null;
        return tickets.TryRemove(token, out _) ? ticket : null;
    }

    private void Sweep()
    {
        DateTimeOffset oldest = time.GetUtcNow() - Lifetime;
        foreach ((string token, CallTicket ticket) in tickets)
            if (ticket.TwimlAt < oldest) tickets.TryRemove(token, out _);
    }
}
