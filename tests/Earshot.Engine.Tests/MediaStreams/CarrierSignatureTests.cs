using System.Text;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Tests.MediaStreams;

public sealed class CarrierSignatureTests
{
    private const string Url = "https://example.com/myapp.php?foo=1&bar=2";
    private const string Known = "L/OH5YylLD5NRKLltdqwSvS0BnU=";

    private static readonly KeyValuePair<string, string>[] Form =
    [
        new("CallSid", "CA1234567890ABCDE"),
        new("Caller", "+14158675310"),
        new("Digits", "1234"),
        new("From", "+14158675310"),
        new("To", "+18005551212"),
    ];

    [Fact]
    public void The_published_vector_holds()
    {
        CarrierSignature.Compute("12345", Url, Form).ShouldBe(Known);
        CarrierSignature.IsValid(["12345"], [Url], [.. Form.Reverse()], Known).ShouldBeTrue();
    }

    [Fact]
    public void Any_change_is_refused()
    {
        CarrierSignature.IsValid(["12345"], [Url], Form, null).ShouldBeFalse();
        CarrierSignature.IsValid(["12345"], [Url], Form, "").ShouldBeFalse();
        CarrierSignature.IsValid(["12345"], [Url], Form, Known[1..]).ShouldBeFalse();
        CarrierSignature.IsValid(["12345"], [Url], Form, Known.ToLowerInvariant()).ShouldBeFalse();
        CarrierSignature.IsValid(["12346"], [Url], Form, Known).ShouldBeFalse();
        CarrierSignature.IsValid(["12345"], [Url + "3"], Form, Known).ShouldBeFalse();
        CarrierSignature.IsValid(["12345"], [Url], Form[1..], Known).ShouldBeFalse();
        CarrierSignature.IsValid(["12345"], [], Form, Known).ShouldBeFalse();
        CarrierSignature.IsValid([], [Url], Form, Known).ShouldBeFalse();
    }

    [Fact]
    public void Two_tokens_hold_while_one_is_being_changed()
    {
        CarrierSignature.IsValid(["old", "12345"], [Url], Form, Known).ShouldBeTrue();
        CarrierSignature.IsValid(["12345", "new"], [Url], Form, Known).ShouldBeTrue();
    }

    [Fact]
    public void An_empty_token_opens_nothing()
    {
        string forged = CarrierSignature.Compute("", Url, Form);
        CarrierSignature.IsValid([""], [Url], Form, forged).ShouldBeFalse();
        CarrierSignature.IsValid(["", "12345"], [Url], Form, forged).ShouldBeFalse();
    }

    [Fact]
    public void Of_a_repeated_key_each_value_counts_once_in_order()
        => CarrierSignature.Compute("t", "https://a/", [new("k", "b"), new("k", "a"), new("k", "b")])
            .ShouldBe(CarrierSignature.Compute("t", "https://a/kakb", CarrierSignature.NoForm));

    [Fact]
    public void A_body_is_checked_by_its_hash()
    {
        byte[] body = Encoding.UTF8.GetBytes("""{"a":1}""");
        string query = "?x=1&bodySHA256=" + CarrierSignature.ComputeBodyHash(body);
        CarrierSignature.IsBodyValid(query, body).ShouldBeTrue();
        CarrierSignature.IsBodyValid(query, body.AsSpan(1)).ShouldBeFalse();
        CarrierSignature.IsBodyValid("?x=1", body).ShouldBeFalse();
        CarrierSignature.IsBodyValid(query + "&bodySHA256=00", body).ShouldBeFalse();
    }

    [Theory]
    // scheme, Host header, path, query, PUBLIC_BASE_URL, WebSocket, one URL the carrier may have signed
    [InlineData("https", "example.com", "/twilio/voice", "?a=1", null, false, "https://example.com/twilio/voice?a=1")]
    [InlineData("https", "example.com:8443", "/v", "", null, false, "https://example.com/v")]
    [InlineData("https", "example.com:8443", "/v", "", null, false, "https://example.com:8443/v")]
    [InlineData("https", "example.com:8443", "/v", "", null, false, "https://example.com:443/v")]
    [InlineData("https", "example.com", "/v", "", null, false, "https://example.com:443/v")]
    [InlineData("http", "example.com:5080", "/v", "", null, false, "http://example.com:5080/v")]
    [InlineData("http", "example.com", "/v", "", null, false, "https://example.com/v")]
    [InlineData("http", "example.com", "/m", "", null, true, "wss://example.com/m")]
    [InlineData("http", "127.0.0.1:5080", "/m", "", null, true, "ws://127.0.0.1:5080/m")]
    [InlineData("https", "example.com", "/m", "", null, true, "wss://example.com/m/")]
    [InlineData("https", "example.com", "/m/", "", null, true, "wss://example.com/m")]
    [InlineData("https", "Example.COM", "/m", "", null, true, "wss://Example.COM/m")]
    [InlineData("https", "Example.COM", "/m", "", null, true, "wss://example.com/m")]
    [InlineData("https", "[::1]:5080", "/m", "", null, true, "wss://[::1]/m")]
    [InlineData("https", "[::1]", "/m", "", null, true, "wss://[::1]:443/m")]
    [InlineData("http", "localhost:5080", "/v", "?b=2", "https://Tunnel.example", false, "https://Tunnel.example/v?b=2")]
    [InlineData("http", "localhost:5080", "/v", "", "https://tunnel.example/base/", false, "https://tunnel.example/base/v")]
    [InlineData("http", "localhost:5080", "/m", "", "https://tunnel.example:8443", true, "wss://tunnel.example:8443/m")]
    [InlineData("http", "localhost:5080", "/m", "", "https://user:pw@tunnel.example", true, "wss://user:pw@tunnel.example/m")]
    [InlineData("https", "example.com", "", "", null, false, "https://example.com/")]
    [InlineData("https", "example.com", "/", "", null, false, "https://example.com")]
    [InlineData("https", "example.com", "/caf%C3%A9'", "", null, false, "https://example.com/caf%C3%A9'")]
    public void The_candidates_hold_what_the_carrier_may_have_signed(
        string scheme, string host, string path, string query, string? publicBaseUrl, bool isWebSocket, string signed)
        => CarrierUrl.Candidates(scheme, host, path, query, publicBaseUrl, isWebSocket).ShouldContain(signed);

    [Fact]
    public void A_public_base_URL_leaves_nothing_of_the_request_s_own_host()
        => CarrierUrl.Candidates("http", "evil.example", "/v", "", "https://mine.example", false)
            .ShouldAllBe(url => url.StartsWith("https://mine.example", StringComparison.Ordinal));

    [Fact]
    public void The_candidates_stay_on_their_own_path_and_query()
        => CarrierUrl.Candidates("http", "Example.com:99", "/v", "?a=1", null, false).Select(url => new Uri(url))
            .ShouldAllBe(url => url.AbsolutePath.TrimEnd('/') == "/v" && url.Query == "?a=1");
}
