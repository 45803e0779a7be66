using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.EndToEnd.Tests.Infrastructure;
using Aos.Runtime.Webhooks;
using Aos.Server.Settings;

namespace Aos.EndToEnd.Tests.Servers;

/// <summary>What becomes of runs reaches the addresses that were named, whatever those do.</summary>
public sealed class WebhookTests : ServerTest
{
    private Func<ServerSettings, ServerSettings> _change = settings => settings;

    private protected override ServerSettings Settings => _change(base.Settings with
    {
        RatePerSecond = 0,
        WebhookNetwork = ["127.0.0.1"],
        Webhooks = new WebhookOptions
        {
            Retry = new RetryRule { MaxAttempts = 3, InitialMs = 1, MaxMs = 1 },
            Interval = TimeSpan.FromMilliseconds(5),
            Timeout = TimeSpan.FromSeconds(1),
        },
    });

    private async Task<(string Id, string Secret)> RegisterAsync(string url, string more = "")
    {
        var made = (await PostAsync("/v1/webhooks", $$"""{ "url": "{{url}}"{{more}} }""")).Is(201).Json;
        return (made.Text("info/webhook_id"), made.TryGetProperty("secret", out var secret) ? secret.GetString()! : "");
    }

    private async Task RestartAsync(Func<ServerSettings, ServerSettings> change)
    {
        Http.Dispose();
        await Running.DisposeAsync();
        _change = change;
        await StartAsync();
    }

    private Task<JsonElement> DeliveriesAsync(string id, string status, Func<JsonElement, bool> until) => UntilAsync(
        async () => (await GetAsync($"/v1/webhooks/{id}/deliveries?status={status}")).Is(200).Json.At("items"), until);

    // As the receivers of the specification check it, written apart from the code that signs.
    private static void AssertSigned(string secret, Arrival arrival)
    {
        var signed = $"{arrival.Head["webhook-id"]}.{arrival.Head["webhook-timestamp"]}.{arrival.Body}";
        var expected = Convert.ToBase64String(
            HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes(signed)));
        Assert.Equal($"v1,{expected}", arrival.Head["webhook-signature"]);
        var sent = DateTimeOffset.FromUnixTimeSeconds(
            long.Parse(arrival.Head["webhook-timestamp"], CultureInfo.InvariantCulture));
        Assert.InRange((DateTimeOffset.UtcNow - sent).TotalMinutes, -1, 5);
    }

    [Fact]
    public async Task Each_event_reaches_whoever_wants_it_once_signed_and_without_contents()
    {
        World.On("/all", _ => new Reply(204)).On("/ended", _ => new Reply(200)).On("/pay", _ => new Reply(200))
            .On("/other", _ => new Reply(200));
        var (all, secret) = await RegisterAsync(World.Url("/all"));
        await RegisterAsync(World.Url("/ended"), """, "events": ["run.completed", "run.failed"] """);
        var stranger = await KeyAsync("admin", "other");
        (await PostAsync("/v1/webhooks", $$"""{ "url": "{{World.Url("/other")}}" }""", stranger)).Is(201);
        var report = await RunAsync(Submission(Call("pay", "/pay", "\"approval\": { \"role\": \"operator\" }")));
        await World.ArrivedAsync("/all", 2);
        var approval = (await GetAsync("/v1/approvals")).Json.At("items")[0].Text("approval_id");
        (await PostAsync($"/v1/approvals/{approval}/approve", null, await KeyAsync("admin"))).Is(202);
        await World.ArrivedAsync("/all", 3);
        await World.ArrivedAsync("/ended");
        await DeliveriesAsync(all, "pending", items => items.GetArrayLength() == 0);

        var arrivals = World.Arrivals.Where(arrival => arrival.Path == "/all").ToList();
        Assert.Equal(
            ["approval.requested", "run.completed", "run.waiting"],
            arrivals.Select(arrival => JsonDocument.Parse(arrival.Body).RootElement.Text("type")).Order());
        Assert.Equal(3, arrivals.Select(arrival => arrival.Head["webhook-id"]).Distinct().Count());
        foreach (var arrival in arrivals)
        {
            AssertSigned(secret, arrival);
            Assert.Equal("application/json", arrival.Head["content-type"]);
            Assert.Equal(report.Text("run_id"), JsonDocument.Parse(arrival.Body).RootElement.Text("data/run_id"));
            Assert.DoesNotContain("/pay", arrival.Body, StringComparison.Ordinal);
        }
        var asked = JsonDocument.Parse(
            arrivals.Single(
                arrival => arrival.Body.Contains("approval.requested", StringComparison.Ordinal)).Body).RootElement.At(
                    "data");
        Assert.Equal((approval, "pay", "http_call", "operator", "waiting"),
            (asked.Text("approval_id"), asked.Text("step_id"), asked.Text("skill"), asked.Text("role"),
                asked.Text("status")));
        Assert.Equal((1, 0), (World.Count("/ended"), World.Count("/other")));
        Assert.DoesNotContain(secret, (await GetAsync("/v1/webhooks")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/all", (await GetAsync("/v1/webhooks", stranger)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_fails_is_tried_again_with_the_same_id_and_is_dead_in_the_end_until_it_is_replayed()
    {
        World.On("/down", number => new Reply(number <= 5 ? 503 : 200));
        var (id, secret) = await RegisterAsync(World.Url("/down"));
        await RunAsync(Submission(Transform("t")));
        var dead = (await DeliveriesAsync(id, "dead", items => items.GetArrayLength() == 1))[0];
        Assert.Equal(
            ("3", "status 503", "run.completed"),
            (dead.Text("attempts"), dead.Text("last_result"), dead.Text("message/type")));
        var message = dead.Text("message_id");

        (await PostAsync($"/v1/webhooks/{id}/deliveries/{message}/replay", null)).Is(202);
        await World.ArrivedAsync("/down", 6);
        await DeliveriesAsync(id, "pending", items => items.GetArrayLength() == 0);

        Assert.Empty((await DeliveriesAsync(id, "dead", _ => true)).EnumerateArray());
        var arrivals = World.Arrivals.Where(arrival => arrival.Path == "/down").ToList();
        Assert.Equal(
            (6, message),
            (arrivals.Count, Assert.Single(arrivals.Select(arrival => arrival.Head["webhook-id"]).Distinct())));
        Assert.Single(arrivals.Select(arrival => arrival.Body).Distinct());
        AssertSigned(secret, arrivals[^1]);
        (await PostAsync($"/v1/webhooks/{id}/deliveries/{message}/replay", null)).Is(404);
    }

    [Fact]
    public async Task What_was_announced_before_a_server_ended_is_sent_by_the_next()
    {
        World.On("/hook", number => new Reply(number == 1 ? 500 : 200));
        var (id, _) = await RegisterAsync(World.Url("/hook"));
        // Nobody sends while this server lives: its looks are a day apart.
        await RestartAsync(settings => settings with
        {
            Webhooks = new WebhookOptions { Interval = TimeSpan.FromDays(1) },
            WebhookNetwork = ["127.0.0.1"],
        });
        await RunAsync(Submission(Transform("t")));
        Assert.Equal(0, World.Count("/hook"));
        await RestartAsync(settings => settings);
        await World.ArrivedAsync("/hook", 2);
        await DeliveriesAsync(id, "pending", items => items.GetArrayLength() == 0);
        Assert.Equal(2, World.Count("/hook"));
    }

    [Fact]
    public async Task An_address_that_wants_no_more_is_left_alone_until_it_is_enabled()
    {
        World.On("/gone", number => new Reply(number == 1 ? 410 : 200));
        var (id, _) = await RegisterAsync(World.Url("/gone"));
        await RunAsync(Submission(Transform("t")));
        await DeliveriesAsync(id, "dead", items => items.GetArrayLength() == 1);
        var info = (await GetAsync($"/v1/webhooks/{id}")).Is(200).Json;
        Assert.Contains("410", info.Text("disabled_reason"), StringComparison.Ordinal);
        await RunAsync(Submission(Transform("t")));
        Assert.Equal(1, World.Count("/gone"));
        Assert.False(
            (await PostAsync($"/v1/webhooks/{id}/enable", null)).Is(200).Json.TryGetProperty("disabled_at", out _));
        var dead = (await DeliveriesAsync(id, "dead", _ => true))[0].Text("message_id");
        (await PostAsync($"/v1/webhooks/{id}/deliveries/{dead}/replay", null)).Is(202);
        await World.ArrivedAsync("/gone", 2);
        (await SendAsync("DELETE", $"/v1/webhooks/{id}", null, Admin)).Is(204);
        (await GetAsync($"/v1/webhooks/{id}")).Is(404);
    }

    [Fact]
    public async Task Hostile_receivers_hold_nobody_else_back()
    {
        using var hostile = new TcpListener(IPAddress.Loopback, 0);
        hostile.Start();
        var port = ((IPEndPoint)hostile.LocalEndpoint).Port;
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var bytes = 0L;
        var serving = ServeAsync();
        World.On("/moved", _ => new Reply(302)).On("/good", _ => new Reply(200));
        var silent = (await RegisterAsync($"http://127.0.0.1:{port}/silent")).Id;
        var endless = (await RegisterAsync($"http://127.0.0.1:{port}/endless")).Id;
        var broken = (await RegisterAsync($"http://127.0.0.1:{port}/broken")).Id;
        var moved = (await RegisterAsync(World.Url("/moved"))).Id;
        var refused = (await RegisterAsync("http://10.0.0.1/")).Id;
        var good = (await RegisterAsync(World.Url("/good"))).Id;

        for (var i = 0; i < 10; i++) await RunAsync(Submission(Transform("t")));
        await World.ArrivedAsync("/good", 10);
        var results = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var id in (string[])[silent, broken, moved, refused])
            results[id] =
                (await DeliveriesAsync(id, "dead", items => items.GetArrayLength() == 10))[0].Text("last_result");
        await DeliveriesAsync(endless, "pending", items => items.GetArrayLength() == 0);

        Assert.Equal(("TIMEOUT", "status 302", "EGRESS_DENIED"), (results[silent], results[moved], results[refused]));
        Assert.NotEqual("", results[broken]);
        Assert.Equal(
            0, (await GetAsync($"/v1/webhooks/{good}/deliveries?status=dead")).Json.At("items").GetArrayLength());
        Assert.InRange(bytes, 0, 200L << 20); // Of an endless answer only the head counts.
        await closing.CancelAsync();
        hostile.Stop();
        await serving;

        async Task ServeAsync()
        {
            var open = new List<Task>();
            try
            {
                while (true) open.Add(AnswerAsync(await hostile.AcceptTcpClientAsync(closing.Token)));
            }
            catch (Exception error)
                when (error is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                await Task.WhenAll(open);
            }
        }

        async Task AnswerAsync(TcpClient client)
        {
            using var _ = client;
            try
            {
                var stream = client.GetStream();
                var buffer = new byte[64 * 1024];
                var count = await stream.ReadAsync(buffer, closing.Token);
                var head = Encoding.ASCII.GetString(buffer, 0, count);
                if (head.Contains("/broken", StringComparison.Ordinal))
                    await stream.WriteAsync("HTTP/1.1 two hundred\r\nx\0: \r\n\r\n"u8.ToArray(), closing.Token);
                if (head.Contains("/broken", StringComparison.Ordinal)) return;
                if (head.Contains("/endless", StringComparison.Ordinal))
                {
                    await stream.WriteAsync(
                        "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"u8.ToArray(), closing.Token);
                    while (true)
                    {
                        await stream.WriteAsync(buffer, closing.Token);
                        Interlocked.Add(ref bytes, buffer.Length);
                    }
                }
                while (await stream.ReadAsync(buffer, closing.Token) > 0)
                {
                    // Never an answer.
                }
            }
            catch (Exception error) when (error is IOException or OperationCanceledException or SocketException)
            {
                // The other side had enough.
            }
        }
    }

    [Fact]
    public async Task A_secret_of_the_server_signs_by_its_name_for_its_own_tenant_only()
    {
        var secret = "whsec_" + Convert.ToBase64String(Encoding.ASCII.GetBytes("a secret of thirty-two bytes ..."));
        Directory.CreateDirectory(Path.Combine(Settings.Data, "secrets"));
        await File.WriteAllTextAsync(Path.Combine(Settings.Data, "secrets", "HOOK"), secret, Cancel);
        World.On("/named", _ => new Reply(200));
        var (id, shown) = await RegisterAsync(World.Url("/named"), """, "secret_name": "HOOK" """);
        await RunAsync(Submission(Transform("t")));
        await World.ArrivedAsync("/named");
        Assert.Equal("", shown);
        AssertSigned(secret, World.Arrivals.Single(arrival => arrival.Path == "/named"));
        var other = await PostAsync(
            "/v1/webhooks", $$"""{ "url": "{{World.Url("/named")}}", "secret_name": "HOOK" }""",
            await KeyAsync("admin", "other"));
        Assert.Equal("PERMISSION_DENIED", other.Is(403).Json.Text("code"));
        await DeliveriesAsync(id, "pending", items => items.GetArrayLength() == 0);
    }

    [Fact]
    public async Task A_secret_that_is_replaced_signs_beside_the_new_one_and_the_audit_log_says_who_replaced_it()
    {
        World.On("/hook", _ => new Reply(200));
        var (id, first) = await RegisterAsync(World.Url("/hook"));
        var made = (await PostAsync($"/v1/webhooks/{id}/rotate", """{"overlap_minutes":60}""")).Is(201).Json;
        var second = made.Text("secret");
        await RunAsync(Submission(Transform("t")));
        await World.ArrivedAsync("/hook");
        var arrival = World.Arrivals.Single(arrival => arrival.Path == "/hook");
        var signatures = arrival.Head["webhook-signature"].Split(' ');
        Assert.Equal(2, signatures.Length);
        AssertSigned(second, arrival with { Head = With(arrival.Head, signatures[0]) });
        AssertSigned(first, arrival with { Head = With(arrival.Head, signatures[1]) });
        Assert.Equal(
            made.Text("info/previous_secret_until"),
            (await GetAsync($"/v1/webhooks/{id}")).Json.Text("previous_secret_until"));

        var third =
            (await PostAsync($"/v1/webhooks/{id}/rotate", """{"overlap_minutes":0}""")).Is(201).Json.Text("secret");
        await RunAsync(Submission(Transform("t")));
        await World.ArrivedAsync("/hook", 2);
        AssertSigned(third, World.Arrivals.Last(arrival => arrival.Path == "/hook"));

        Assert.Equal(400, (await PostAsync($"/v1/webhooks/{id}/rotate", """{"overlap_minutes":43201}""")).Status);
        var rotations = (await GetAsync("/v1/audit")).Json.At("items").EnumerateArray()
            .Where(entry => entry.Text("action") == "rotate_webhook").ToList();
        Assert.Equal(
            [$"{id} OK", $"{id} OK", $"{id} SCHEMA_VIOLATION"],
            rotations.Select(entry => $"{entry.Text("target")} {entry.Text("code")}"));
        foreach (var secret in (string[])[first, second, third])
            Assert.DoesNotContain(
                secret, (await GetAsync("/v1/audit")).Text + (await GetAsync("/v1/webhooks")).Text,
                StringComparison.Ordinal);
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> head, string signature) =>
        new(head, StringComparer.Ordinal) { ["webhook-signature"] = signature };

    [Fact]
    public async Task The_receiver_of_the_examples_takes_what_is_signed_and_refuses_the_rest()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "Aos.slnx"))) root = root.Parent;
        var (id, secret) = await RegisterAsync(World.Url("/unused"));
        var start =
            new System.Diagnostics.ProcessStartInfo("node") { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(root.FullName, "examples", "webhooks", "receiver.mjs"));
        start.Environment["WEBHOOK_SECRET"] = secret;
        using var receiver = System.Diagnostics.Process.Start(start)!;
        try
        {
            var listening = await receiver.StandardOutput.ReadLineAsync(Cancel);
            var url = $"http://127.0.0.1:{listening!.Split(' ')[^1]}/";
            // Signed with another secret: refused each time, and dead in the end.
            var (other, _) = await RegisterAsync(url);
            World.On("/unused", (_, arrival) => ForwardAsync(arrival));
            var report = await RunAsync(Submission(Transform("t")));
            Assert.Equal(
                $"run.completed {report.Text("run_id")} OK", await receiver.StandardOutput.ReadLineAsync(Cancel));
            var dead = await DeliveriesAsync(other, "dead", items => items.GetArrayLength() == 1);
            Assert.Equal("status 401", dead[0].Text("last_result"));
            await DeliveriesAsync(id, "pending", items => items.GetArrayLength() == 0);

            async Task<Reply> ForwardAsync(Arrival arrival)
            {
                using var client = new HttpClient();
                using var request =
                    new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(arrival.Body) };
                foreach (var (name, value) in arrival.Head.Where(
                    field => field.Key.StartsWith("webhook-", StringComparison.Ordinal)))
                    request.Headers.TryAddWithoutValidation(name, value);
                return new Reply((int)(await client.SendAsync(request, Cancel)).StatusCode);
            }
        }
        finally
        {
            receiver.Kill(entireProcessTree: true);
        }
    }

    [Theory]
    [InlineData("INVALID_ARGUMENT", """{ "url": "ftp://example.com/" }""")]
    [InlineData("INVALID_ARGUMENT", """{ "url": "https://user@example.com/" }""")]
    [InlineData("INVALID_ARGUMENT", """{ "url": "https://example.com/", "events": ["run.exploded"] }""")]
    [InlineData("INVALID_ARGUMENT", """{ "url": "https://example.com/", "secret_name": "no name" }""")]
    [InlineData("SCHEMA_VIOLATION", """{ "url": "https://example.com/", "secret": "mine" }""")]
    [InlineData("SCHEMA_VIOLATION", """{ }""")]
    public async Task What_cannot_be_an_address_is_refused(string code, string body) =>
        Assert.Equal(code, (await PostAsync("/v1/webhooks", body)).Is(400).Json.Text("code"));
}
