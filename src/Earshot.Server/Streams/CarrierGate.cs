using System.IO.Pipelines;
using Earshot.Engine.Diagnostics;
using Earshot.Engine.MediaStreams;
using Earshot.Server.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Earshot.Server.Streams;

/// <summary>Step 1: nobody but the carrier passes to <c>/twilio/*</c>. Without a signature header the body is not even read.</summary>
internal sealed partial class CarrierGate(TwilioOptions twilio, ServerOptions server, EarshotMeters meters, TimeProvider time, ILogger<CarrierGate> log)
{
    private const int LargestForm = 64 << 10;
    private static readonly TimeSpan FormTimeout = TimeSpan.FromSeconds(5);
    private static readonly object FormKey = new();

    /// <summary>The verified form of the request.</summary>
    public static IFormCollection Form(HttpContext context) => (IFormCollection)context.Items[FormKey]!;

    /// <summary>Guards every route below <c>/twilio</c>, the sockets included.</summary>
    public async Task Guard(HttpContext context, RequestDelegate next)
    {
        (int status, string title, string detail)? refusal = await Check(context);
        if (refusal is not { } refused)
        {
            await next(context);
            return;
        }
        meters.StreamsRefused.Add(1);
        Log.Refused(log, context.Request.Path, refused.title);
        context.Response.Headers.Connection = "close";
        await Results.Problem(title: refused.title, detail: refused.detail, statusCode: refused.status).ExecuteAsync(context);
    }

    private async Task<(int, string, string)?> Check(HttpContext context)
    {
        bool unsigned = !twilio.ValidateSignatures && LocalAccess.IsLocal(context);
        string[] tokens = [.. new[] { twilio.AuthToken, twilio.SecondaryAuthToken }.Where(t => t.Length > 0)];
        if (!unsigned)
        {
            if (!twilio.ValidateSignatures)
                return (403, "Unsigned requests are taken from this machine alone", "TWILIO_VALIDATE_SIGNATURES=false holds for true loopback only: no tunnel, no proxy, no foreign Host. Set TWILIO_AUTH_TOKEN and leave validation on.");
            if (tokens.Length == 0)
                return (403, "No auth token is set", "Set TWILIO_AUTH_TOKEN to the auth token of your account, so that the carrier's signatures can be checked.");
            if (!context.Request.Headers.ContainsKey(CarrierSignature.HeaderName))
                return (403, $"The header {CarrierSignature.HeaderName} is missing", "This address answers the carrier alone. 'earshot call' signs its requests when TWILIO_AUTH_TOKEN is set.");
        }
        (IFormCollection form, (int, string, string)? unreadable) = await ReadForm(context);
        if (unreadable is not null) return unreadable;
        context.Items[FormKey] = form;
        return unsigned || IsSigned(context, tokens, form) ? null
            : (403, "The signature is wrong", "Check that TWILIO_AUTH_TOKEN is this account's token, and that PUBLIC_BASE_URL is exactly the address that the carrier calls (tunnels and proxies rewrite the host).");
    }

    private bool IsSigned(HttpContext context, string[] tokens, IFormCollection form)
    {
        HttpRequest request = context.Request;
        string target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        int mark = target.IndexOf('?', StringComparison.Ordinal);
        (string path, string query) = mark < 0 ? (target, "") : (target[..mark], target[mark..]);
        bool isWebSocket = context.Request.Headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase);
        IReadOnlyList<string> urls = CarrierUrl.Candidates(request.Scheme, request.Host.Value ?? "", path, query, server.PublicBaseUrl, isWebSocket);
        KeyValuePair<string, string>[] pairs = [.. form.SelectMany(f => f.Value.Select(v => KeyValuePair.Create(f.Key, v ?? "")))];
        return CarrierSignature.IsValid(tokens, urls, pairs, request.Headers[CarrierSignature.HeaderName].ToString());
    }

    private async Task<(IFormCollection, (int, string, string)?)> ReadForm(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method)) return (FormCollection.Empty, null);
        if (!context.Request.HasFormContentType) return (FormCollection.Empty, (415, "A form is expected", "The carrier posts application/x-www-form-urlencoded."));
        if (context.Request.ContentLength > LargestForm) return (FormCollection.Empty, (413, "The form is too large", $"At most {LargestForm} bytes are read."));
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = LargestForm;
        try
        {
            if (!await HasCome(context.Request)) return (FormCollection.Empty, (408, "The form did not come in time", $"It is waited for {FormTimeout.TotalSeconds:0} s."));
            return (await context.Request.ReadFormAsync(context.RequestAborted), null);
        }
        catch (Exception e) when (e is BadHttpRequestException or InvalidDataException or IOException or OperationCanceledException)
        {
            int status = e is BadHttpRequestException { StatusCode: 413 } ? 413 : 400;
            return (FormCollection.Empty, (status, status == 413 ? "The form is too large" : "The form cannot be read", e.Message));
        }
    }

    /// <summary>Waits until all of the form is there, without taking it: a form whose reading is cancelled takes the connection with it, and the answer too.</summary>
    private async Task<bool> HasCome(HttpRequest request)
    {
        PipeReader body = request.BodyReader;
        await using ITimer limit = time.CreateTimer(static b => ((PipeReader)b!).CancelPendingRead(), body, FormTimeout, Timeout.InfiniteTimeSpan);
        while (true)
        {
            ReadResult read = await body.ReadAsync(request.HttpContext.RequestAborted);
            body.AdvanceTo(read.Buffer.Start, read.IsCompleted ? read.Buffer.Start : read.Buffer.End);
            if (read.IsCompleted || read.IsCanceled) return read.IsCompleted;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 6101, Level = LogLevel.Warning, Message = "Refused a request to {Path}: {Reason}")]
        public static partial void Refused(ILogger logger, string path, string reason);
    }
}
