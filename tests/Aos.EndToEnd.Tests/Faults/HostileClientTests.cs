using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Faults;

/// <summary>Clients that are slow, broken, gone, or mean: each of them is got rid of, and nobody else
/// notices.</summary>
public sealed partial class HostileClientTests : FaultTest
{
    private const int Many = 150;

    [GeneratedRegex(@"^aos_http_requests_open(?:\{[^}]*\})? (?<open>\d+)", RegexOptions.Multiline, 1_000)]
    private static partial Regex Open();

    [Fact]
    public async Task Clients_that_stall_are_got_rid_of_and_hold_nobody_back()
    {
        var server =
            await ServeAsync("--headers-seconds", "1", "--keep-alive-seconds", "1", "--bytes-per-second-min", "1000000",
            "--requests-max", "50", "--streams-max", "1000", "--requests-per-caller-max", "50");
        var silent = await RawClient.ConnectAsync(Address, Many, _ => "");
        var headers = await RawClient.ConnectAsync(
            Address, Many, i => $"POST /v1/runs HTTP/1.1\r\nHost: {Address.Authority}\r\nX-Slow-{i}: ");
        // Fewer than what the server answers at a time: whose body drips has been let in.
        var bodies = await RawClient.ConnectAsync(
            Address, 40,
            _ => Request(
                "POST", "/v1/runs", null, "Content-Type: application/json\r\nContent-Length: 100000\r\n") + "{");
        await OthersAreServedAsync();

        foreach (var client in silent) Assert.Equal(0, await client.ClosedWithAsync());
        foreach (var client in headers) Assert.Equal(408, await client.ClosedWithAsync());
        foreach (var client in bodies) Assert.Equal(408, await client.ClosedWithAsync());
        await OthersAreServedAsync();
        await EndAsync(server);
    }

    [Fact]
    public async Task Requests_that_are_none_are_refused_for_what_they_are()
    {
        var server = await ServeAsync();
        var cases = new (int Status, string Says)[]
        {
            (400, "HELO mail.example\r\n\r\n"),
            (400, $"GET /v1/runs HTTP/1.1\r\nHost: {Address.Authority}\r\nBroken\r\n\r\n"),
            (400, "GET /v1/runs HTTP/1.1\r\n\r\n"),
            (400, Request("GET", "/v1/runs").Replace("Host:", "Host: a\r\nHost:", StringComparison.Ordinal)),
            (400, Request("POST", "/v1/runs", null, "Content-Length: 5\r\nContent-Length: 6\r\n") + "{}"),
            (400, Request("POST", "/v1/runs", null, "Transfer-Encoding: chunked\r\n") + "zz\r\n"),
            (414, $"GET /{new string('a', 9_000)} HTTP/1.1\r\nHost: {Address.Authority}\r\n\r\n"),
            (431, Request("GET", "/v1/runs", null, $"X-Big: {new string('a', 40_000)}\r\n")),
            (431, Request(
                "GET", "/v1/runs", null, string.Concat(Enumerable.Range(0, 100).Select(i => $"X-{i}: a\r\n")))),
            (413, Request("POST", "/v1/runs", null, "Content-Length: 99999999999\r\n")),
            (505, $"GET /v1/runs HTTP/9.1\r\nHost: {Address.Authority}\r\n\r\n"),
        };
        foreach (var (status, says) in cases)
        {
            using var client = await RawClient.ConnectAsync(Address, says);
            Assert.Equal((status, says[..20]), (await client.AnsweredAsync(), says[..20]));
        }
        await OthersAreServedAsync();
        await EndAsync(server);
    }

    [Theory, InlineData("/v1/runs"), InlineData("/v1/execute"), InlineData("/v1/simulate"), InlineData("/mcp")]
    public async Task Json_that_is_broken_deep_or_strange_is_refused_and_never_a_defect(string path)
    {
        var server = await ServeAsync();
        string[] bodies =
        [
            "", "{", "nul", "[1,", "\"", "{\"plan\":{\"steps\":[}", "{\"goal\":\"a\",\"goal\":\"b\"}",
            "{\"goal\":1e999999}", "{\"goal\":\"\\ud800\"}",
            new string('[', 100_000), string.Concat(Enumerable.Repeat("{\"a\":", 100_000)),
            $"{{\"goal\":\"x\",\"input\":{{\"a\":{string.Concat(Enumerable.Repeat("[", 5_000))}{string.Concat(Enumerable.Repeat("]", 5_000))}}}}}",
            $"[{string.Join(',', Enumerable.Repeat("0", 200_000))}]",
        ];
        foreach (var body in bodies)
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
            request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
            using var answer = await Http.SendAsync(request, Cancel);
            var text = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.True(
                (int)answer.StatusCode is >= 400 and < 500,
                $"{body[..Math.Min(40, body.Length)]}: {answer.StatusCode} {text}");
        }
        using var bytes =
            new ByteArrayContent([(byte)'{', (byte)'"', 0xff, 0xfe, (byte)'"', (byte)':', (byte)'1', (byte)'}']);
        bytes.Headers.ContentType = new("application/json");
        using var refused = await Http.PostAsync(path, bytes, Cancel);
        Assert.True((int)refused.StatusCode is >= 400 and < 500, $"{refused.StatusCode}");

        await OthersAreServedAsync();
        await EndAsync(server);
        Assert.DoesNotContain("fail:", server.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_that_vanish_give_back_their_places()
    {
        var gate = new TaskCompletionSource();
        Server.Hold("/slow", gate.Task, requests: int.MaxValue);
        var server = await ServeAsync(
            "--requests-max", "20", "--requests-per-caller-max", "20", "--connections-max", "1000",
            "--streams-max", "20");
        var submission = Submission(Call("slow", "/slow"));
        for (var round = 0; round < 3; round++)
        {
            // All places are taken by those that wait for runs, and by those that listen to them; then they vanish.
            var waiting =
                await RawClient.ConnectAsync(Address, 19, _ => Request("POST", "/v1/runs?wait_seconds=50", submission));
            await Server.ArrivedAsync("/slow", 19 * (round + 1));
            foreach (var client in waiting) client.Vanish();
            await FreeAsync();
        }
        gate.SetResult();
        await OthersAreServedAsync();
        await EndAsync(server);
    }

    // Nobody can know whether a client that closed its side still listens: it counts as gone, and its run goes on
    // without it.
    [Fact]
    public async Task A_client_that_closes_its_side_is_let_go_and_its_run_is_not()
    {
        var gate = new TaskCompletionSource();
        Server.Hold("/slow", gate.Task);
        var server = await ServeAsync();
        using var client = await RawClient.ConnectAsync(
            Address,
            Request(
                "POST", "/v1/runs?wait_seconds=50", Submission(Call("slow", "/slow")), "Idempotency-Key: half\r\n"));
        await Server.ArrivedAsync("/slow");
        client.SaysNoMore();
        Assert.Equal(0, await client.ClosedWithAsync());
        using var half = await RawClient.ConnectAsync(Address, "POST /v1/runs HT");
        half.SaysNoMore();
        Assert.Contains(await half.ClosedWithAsync(), (int[])[0, 400]);

        gate.SetResult();
        // Until the server has noticed that the first one is gone, its key is taken.
        (int Status, string Text) again;
        do again = await PostAsync(Http, "/v1/runs?wait_seconds=50", Submission(Call("slow", "/slow")), "half");
        while (again.Status == 409);
        Assert.Contains("\"completed\"", again.Text, StringComparison.Ordinal);
        Assert.Equal(1, Server.Count("/slow"));
        await EndAsync(server);
    }

    [Fact]
    public async Task One_caller_cannot_take_the_places_of_the_others()
    {
        var gate = new TaskCompletionSource();
        Server.Hold("/slow", gate.Task, requests: int.MaxValue);
        var server = await ServeAsync("--requests-per-caller-max", "2", "--streams-per-caller-max", "2");
        using var other = ClientOf(await NewKeyAsync("admin"));
        var waiting = await RawClient.ConnectAsync(
            Address, 2, _ => Request("POST", "/v1/runs?wait_seconds=50", Submission(Call("slow", "/slow"))));
        await Server.ArrivedAsync("/slow", 2);
        Assert.Equal(429, (await PostAsync(Http, "/v1/runs", Submission(Transform("t")))).Status);
        var (status, text) = await PostAsync(other, "/v1/runs", Submission(Call("slow", "/slow")));
        Assert.True(status == 202, text);

        var run = JsonDocument.Parse(text).RootElement.Text("run_id");
        var streams = await RawClient.ConnectAsync(Address, 2, _ => Request("GET", $"/v1/runs/{run}/events"));
        foreach (var stream in streams) Assert.Equal(200, await stream.AnsweredAsync());
        using var third = await RawClient.ConnectAsync(Address, Request("GET", $"/v1/runs/{run}/events"));
        Assert.Equal(429, await third.AnsweredAsync());
        gate.SetResult();
        foreach (var client in waiting) Assert.Equal(200, await client.AnsweredAsync());
        foreach (var stream in streams)
            Assert.Contains("run_ended", await stream.HearAsync("run_ended"), StringComparison.Ordinal);
        await OthersAreServedAsync();
        await EndAsync(server);
    }

    // The place of a client that vanished is free once the server has noticed.
    private async Task FreeAsync()
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(Infrastructure.Cli.Patience);
        while (true)
        {
            var text = await Http.GetStringAsync("/metrics", patience.Token);
            if (Open().Match(text).Groups["open"].Value == "1") return; // The question itself.
            await poll.WaitForNextTickAsync(patience.Token);
        }
    }

    private static async Task EndAsync(Infrastructure.Cli server)
    {
        server.Terminate();
        (await server.EndAsync()).Exits(0);
    }
}
