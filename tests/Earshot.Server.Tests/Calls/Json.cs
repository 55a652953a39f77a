using System.Text.Json.Nodes;
using Earshot.Testing;

namespace Earshot.Server.Tests.Calls;

/// <summary>What a program sees of the API.</summary>
internal static class Json
{
    public static async Task<JsonNode> GetJson(this EarshotTestServer server, string path, int status = 200)
    {
        using HttpResponseMessage answer = await server.Client.GetAsync(path, TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        ((int)answer.StatusCode).ShouldBe(status, $"{path}: {text}");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe(status < 400 ? "application/json" : "application/problem+json");
        return JsonNode.Parse(text)!;
    }

    public static double Number(this JsonNode? node, string name) => (double)node![name]!;

    public static string Text(this JsonNode? node, string name) => (string)node![name]!;

    public static string[] Sids(this JsonNode page) => [.. page["calls"]!.AsArray().Select(c => c.Text("callSid"))];
}
