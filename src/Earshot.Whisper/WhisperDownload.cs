using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Earshot.Whisper;

/// <summary>How far a fetch is.</summary>
/// <param name="Bytes">Bytes that are here.</param>
/// <param name="Total">All bytes; null where the server does not say.</param>
public readonly record struct WhisperDownloadProgress(long Bytes, long? Total);

/// <summary>Fetches models. What was cut off goes on where it was; a file stands under its name only when its checksum is right.</summary>
/// <param name="http">Its timeout is to be infinite: a silence of 60 s ends a fetch.</param>
public sealed class WhisperDownload(HttpClient http)
{
    private const int BufferSize = 1 << 17;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Fetches a model into <paramref name="path"/>.</summary>
    /// <param name="model">Which.</param>
    /// <param name="source">The address before <c>/ggml-{name}.bin</c>.</param>
    /// <param name="path">Where it will be; beside it a <c>.part</c> grows.</param>
    /// <param name="progress">Told now and then.</param>
    /// <param name="cancellation">Stops; what is here stays for the next time.</param>
    /// <exception cref="WhisperException">It cannot be had; the message names the address and what to do.</exception>
    public async Task GetAsync(WhisperModelEntry model, string source, string path, Action<WhisperDownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        string url = $"{source.TrimEnd('/')}/ggml-{model.Name}.bin", part = path + ".part";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            await Fetch(url, part, progress, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or UriFormatException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            string why = e is OperationCanceledException ? $"nothing came for {Patience.TotalSeconds:0} s" : e.Message;
            throw new WhisperException($"{url} could not be fetched: {why}. What came is kept and the next attempt goes on there. Without internet here, fetch it elsewhere (SHA-1 {model.Sha1}) and put it at {path}, or name a mirror with --source");
        }
        if (await Sha1Async(part, cancellation) is var sum && sum != model.Sha1)
        {
            File.Delete(part);
            throw new WhisperException($"{url} gave another file than whisper.cpp's model '{model.Name}' (SHA-1 {sum}, not {model.Sha1}); it was deleted. Fetch it again, or from another source");
        }
        File.Move(part, path, overwrite: true);
    }

    /// <summary>SHA-1 of a file in lower-case hexadecimal, as whisper.cpp's list has it. It guards against damage, not against malice.</summary>
    public static async Task<string> Sha1Async(string path, CancellationToken cancellation = default)
    {
        await using FileStream file = File.OpenRead(path);
#pragma warning disable CA5350
        return Convert.ToHexStringLower(await SHA1.HashDataAsync(file, cancellation));
#pragma warning restore CA5350
    }

    private async Task Fetch(string url, string part, Action<WhisperDownloadProgress>? progress, CancellationToken cancellation)
    {
        long here = File.Exists(part) ? new FileInfo(part).Length : 0;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url));
        if (here > 0) request.Headers.Range = new RangeHeaderValue(here, null);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        using HttpResponseMessage answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        if (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) return; // All of it is here; the checksum will tell.
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"the server answered {(int)answer.StatusCode} {answer.ReasonPhrase}");
        bool goesOn = answer.StatusCode == HttpStatusCode.PartialContent && answer.Content.Headers.ContentRange?.From == here;
        if (!goesOn) here = 0;
        long? total = answer.Content.Headers.ContentLength is { } rest ? here + rest : null;
        await using FileStream file = new(part, goesOn ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read);
        await using Stream body = await answer.Content.ReadAsStreamAsync(patience.Token);
        byte[] buffer = new byte[BufferSize];
        while (true)
        {
            patience.CancelAfter(Patience);
            int count = await body.ReadAsync(buffer, patience.Token);
            if (count == 0) break;
            await file.WriteAsync(buffer.AsMemory(0, count), cancellation);
            here += count;
            progress?.Invoke(new WhisperDownloadProgress(here, total));
        }
        if (total is { } all && here < all) throw new IOException($"the connection ended after {here} of {all} bytes");
    }
}
