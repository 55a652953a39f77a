using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Earshot.Engine.Alerts;
using Earshot.Engine.Analysis;
using Earshot.Engine.Catalog;
using Earshot.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Earshot.Engine.Tests.Alerts;

/// <summary>Messages arrive at real listeners, signed, once, and again after a failure.</summary>
public sealed class DeliveryTests : IAsyncLifetime
{
    private const string Secret = "secret of the receiver";

    private readonly ManualTimeProvider time = new();
    private HttpSink sink = null!;
    private EngineRig rig = null!;

    public async ValueTask InitializeAsync()
    {
        sink = await HttpSink.StartAsync();
        rig = new EngineRig(time: time, configure: o =>
        {
            o.Alerts.Deliveries["hook"] = new() { Kind = "webhook", Url = sink.Url, Secret = Secret };
            o.Alerts.Deliveries["chat"] = new() { Kind = "Slack", Url = sink.Url };
            o.Alerts.Rules["live"] = new() { When = "live-silence", Deliveries = "hook" };
            o.Alerts.MostAttempts = 3;
            o.Alerts.LinkBase = "https://earshot.example";
        });
    }

    public async ValueTask DisposeAsync()
    {
        await rig.DisposeAsync();
        await sink.DisposeAsync();
    }

    /// <summary>Test case 2 of RFC 4231.</summary>
    [Fact]
    public void The_signature_is_the_standards() =>
        WebhookDelivery.Sign("Jefe", "what do ya want for nothing?"u8).ShouldBe("sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");

    [Fact]
    public async Task The_webhook_gets_signed_json_that_names_call_and_place()
    {
        await OpenAndSend();
        sink.Received.TryDequeue(out Posted? posted).ShouldBeTrue();
        posted!.ContentType.ShouldBe("application/json; charset=utf-8");
        posted.Path.ShouldBe("/hook?key=of-the-receiver");
        posted.Headers[WebhookDelivery.SignatureHeader].ShouldBe("sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), posted.Body)));
        JsonElement body = JsonDocument.Parse(posted.Body).RootElement;
        body.GetProperty("event").GetString().ShouldBe("opened");
        body.GetProperty("callSid").GetString().ShouldBe("CA1");
        body.GetProperty("url").GetString().ShouldBe("https://earshot.example/calls/CA1");
        body.GetProperty("message").GetString().ShouldBe("technician has been silent for 30 s");
        body.GetProperty("sentAt").GetDateTimeOffset().ShouldBe(time.GetUtcNow());
        Row().State.ShouldBe("sent");
    }

    [Fact]
    public async Task What_fails_is_sent_again_later_and_in_order()
    {
        sink.AnswerNext(500, 302);
        await OpenAndSend();
        (Row().State, Row().Attempts, Row().Error).ShouldBe(("pending", 1, $"{HttpPost.Shown(sink.Url)} answered 500 Internal Server Error"));
        rig.Get<AlertBook>().End(rig.Get<AlertRules>().Find("live")!, "heard again");
        await Send();
        sink.Received.Count.ShouldBe(1, "5 s are not over, and what comes after it waits for it");
        time.Advance(TimeSpan.FromSeconds(5));
        await Send();
        (Row().Attempts, Row().NextAt - time.GetUtcNow()).ShouldBe((2, TimeSpan.FromSeconds(10)));
        time.Advance(TimeSpan.FromSeconds(10));
        await Send();
        Row().State.ShouldBe("sent");
        await Send();
        sink.Received.Select(p => JsonDocument.Parse(p.Body).RootElement.GetProperty("event").GetString()).ShouldBe(["opened", "opened", "opened", "resolved"]);
        sink.Received.Take(3).Select(p => JsonDocument.Parse(p.Body).RootElement.GetProperty("id").GetString()).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task The_last_attempt_ends_it()
    {
        sink.AnswerNext(500, 500, 500);
        await OpenAndSend();
        for (int i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromHours(1));
            await Send();
        }
        (Row().State, Row().Attempts, sink.Received.Count).ShouldBe(("failed", 3, 3));
    }

    /// <summary>What was sent and could not be taken down as sent is caught up on, not sent again.</summary>
    [Fact]
    public async Task A_catalog_that_refuses_after_the_sending_repeats_no_message()
    {
        AlertStore store = rig.Get<AlertStore>();
        using var sender = new AlertSender(store, rig.Get<AlertDeliveries>(), rig.Options.Alerts, time, NullLogger<AlertSender>.Instance);
        Open();
        Catalog("CREATE TRIGGER refuse BEFORE UPDATE OF sent_at ON alert_deliveries BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");
        await sender.SendAll(store.Due(time.GetUtcNow(), 10), TestContext.Current.CancellationToken);
        (Row().State, Row().Attempts, sink.Received.Count).ShouldBe(("pending", 1, 1));
        await sender.SendAll(store.Due(time.GetUtcNow(), 10), TestContext.Current.CancellationToken);
        sink.Received.Count.ShouldBe(1);
        Catalog("DROP TRIGGER refuse");
        time.Advance(TimeSpan.FromSeconds(5));
        await sender.SendAll(store.Due(time.GetUtcNow(), 10), TestContext.Current.CancellationToken);
        (Row().State, sink.Received.Count).ShouldBe(("sent", 1));
    }

    [Fact]
    public async Task A_catalog_that_refuses_before_the_sending_sends_nothing()
    {
        Open();
        Catalog("CREATE TRIGGER refuse BEFORE UPDATE ON alert_deliveries BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");
        await Send();
        sink.Received.ShouldBeEmpty();
    }

    /// <summary>A process that dies in between: the message comes again, later, with the id that its receiver has had.</summary>
    [Fact]
    public async Task Across_a_crash_a_message_comes_again_with_its_id()
    {
        Open();
        Catalog("CREATE TRIGGER refuse BEFORE UPDATE OF sent_at ON alert_deliveries BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");
        await Send();
        Catalog("DROP TRIGGER refuse");
        await Send(); // The next process: it is not due yet.
        sink.Received.Count.ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(5));
        await Send();
        sink.Received.Count.ShouldBe(2);
        sink.Received.Select(p => JsonDocument.Parse(p.Body).RootElement.GetProperty("id").GetString()).Distinct().ShouldHaveSingleItem().ShouldNotBeNullOrEmpty();
        Row().State.ShouldBe("sent");
    }

    [Fact]
    public async Task A_mail_server_of_port_465_hears_TLS_from_the_first_byte()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        AlertDeliveryOptions options = Mail(((IPEndPoint)listener.LocalEndpoint).Port);
        (options.SmtpTls, options.SmtpTlsFirst) = (true, true);
        Task sending = new EmailDelivery(options).SendAsync(Notice("x"), TestContext.Current.CancellationToken);
        using (TcpClient client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken))
        {
            var first = new byte[1];
            await client.GetStream().ReadExactlyAsync(first, TestContext.Current.CancellationToken);
            first[0].ShouldBe((byte)22, "a TLS handshake");
        }
        (await Should.ThrowAsync<AlertDeliveryException>(() => sending)).Message.ShouldStartWith("127.0.0.1:");
    }

    [Fact]
    public async Task Slack_gets_text_in_which_nothing_is_markup()
    {
        (await rig.Get<AlertDeliveries>().TrySendAsync("chat", Notice("a <b> & c"), TestContext.Current.CancellationToken)).ShouldBeNull();
        sink.Received.TryDequeue(out Posted? posted).ShouldBeTrue();
        JsonDocument.Parse(posted!.Body).RootElement.GetProperty("text").GetString().ShouldBe("*Error: rule in call CA1*\na &lt;b&gt; &amp; c\n<https://earshot.example/calls/CA1|Open the call>");
    }

    [Fact]
    public async Task A_mail_says_what_where_and_why()
    {
        await using var mail = new SmtpSink();
        await new EmailDelivery(Mail(mail.Port)).SendAsync(Notice("agent, hum: It hums."), TestContext.Current.CancellationToken);
        mail.Said.ShouldContain("RCPT TO:<one@example.com>");
        mail.Said.ShouldContain("RCPT TO:<two@example.com>");
        string all = string.Join('\n', mail.Said).Replace("=\n", "", StringComparison.Ordinal);
        all.ShouldContain("Subject: [Earshot] Error: rule in call CA1");
        all.ShouldContain("agent, hum: It hums.");
        all.ShouldContain("https://earshot.example/calls/CA1");
    }

    [Fact]
    public async Task A_mail_that_is_refused_is_a_failure_in_words()
    {
        await using var mail = new SmtpSink(refuses: true);
        AlertDeliveryException refused = await Should.ThrowAsync<AlertDeliveryException>(() => new EmailDelivery(Mail(mail.Port)).SendAsync(Notice("x"), TestContext.Current.CancellationToken));
        refused.Message.ShouldStartWith($"127.0.0.1:{mail.Port}: ");
        refused.Message.ShouldContain("not now");
    }

    private static AlertDeliveryOptions Mail(int port) => new() { Kind = "email", From = "earshot@example.com", To = "one@example.com, two@example.com", SmtpHost = "127.0.0.1", SmtpPort = port, SmtpTls = false };

    private static AlertNotice Notice(string message) => new() { Event = AlertNotice.Opened, Rule = "rule", Severity = "error", Condition = "a finding", Message = message, CallSid = "CA1", Url = "https://earshot.example/calls/CA1", Count = 1 };

    private AlertDeliveryRow Row() => rig.Get<AlertStore>().Deliveries(1)[0];

    private void Catalog(string sql)
    {
        using SqliteConnection connection = rig.Get<CatalogDatabase>().Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own words.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private Task OpenAndSend()
    {
        Open();
        return Send();
    }

    private void Open()
    {
        rig.Get<AlertBook>().Begin(rig.Get<AlertRules>().Find("live")!, new AlertHit("MZ1/inbound", "CA1", Severity.Warning, "technician has been silent for 30 s", "/calls/CA1"));
    }

    private async Task Send()
    {
        using var sender = new AlertSender(rig.Get<AlertStore>(), rig.Get<AlertDeliveries>(), rig.Options.Alerts, time, NullLogger<AlertSender>.Instance);
        await sender.SendAll(rig.Get<AlertStore>().Due(time.GetUtcNow(), 10), TestContext.Current.CancellationToken);
    }
}
