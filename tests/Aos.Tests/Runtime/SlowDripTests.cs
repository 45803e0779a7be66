using System.Net;
using System.Net.Sockets;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Http;
using Aos.Skills.Standard.Llm;
using Aos.Skills.Standard.Models;
using Aos.Tests.Runtime.Bench;
using Aos.Tests.Skills.Http;
using Aos.Tests.Skills.Models;
using Microsoft.AspNetCore.Http;

namespace Aos.Tests.Runtime;

/// <summary>Servers that always say something and never end: nothing but the time of the attempt ends the
/// call.</summary>
public sealed class SlowDripTests
{
    // Shorter than any silence that a skill puts up with, so that only the whole is too long.
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);

    [Theory]
    [InlineData("GET", RunStatus.Failed, null)]
    [InlineData("POST", RunStatus.Waiting, WaitReason.UnknownOutcome)]
    public async Task An_http_answer_that_drips_ends_with_its_attempt(
        string method, RunStatus status, WaitReason? reason)
    {
        await using var bench = new RuntimeBench();
        await using var server = new RawServer(async (stream, _, cancel) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"u8.ToArray(), cancel);
            return await DripAsync(bench, () => stream.WriteAsync("a"u8.ToArray(), cancel), cancel);
        });
        using var skill =
            new HttpCallSkill(bench.Time, new ScriptedResolver(), new HttpLimits { BodyBytesMax = int.MaxValue });
        bench.Skills.Add(skill);
        var request = bench.Plan($$$"""
            {"steps":[{"id":"a","skill":"http_call","timeout_ms":2000,"retry":{"max_attempts":1},"input":{"url":"{{{server.Url}}}","method":"{{{method}}}"}}]}
            """);

        var report = await bench.RunAsync(
            request with { Profile = request.Profile with { Network = new() { Allow = ["localhost"] } } });

        Assert.Equal((status, reason), (report.Status, report.WaitingFor));
        var returned = (await bench.JournalAsync(report.RunId)).OfType<RunEvent.AttemptReturned>().Single();
        Assert.Equal(ErrorCodes.Timeout, returned.Code);
        Assert.InRange(returned.LatencyMs, 2_000, 10_000);
    }

    [Fact]
    public async Task A_call_whose_attempt_ends_before_its_request_is_sent_has_not_happened()
    {
        await using var bench = new RuntimeBench();
        // Whoever listens here takes the connection, and never shows who it is.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var skill = new HttpCallSkill(
            bench.Time, new ScriptedResolver(), new HttpLimits { ConnectTimeout = TimeSpan.FromMinutes(5) });
        bench.Skills.Add(skill);
        var request = bench.Plan($$$"""
            {"steps":[{"id":"a","skill":"http_call","timeout_ms":2000,"retry":{"max_attempts":1},
                       "input":{"url":"https://127.0.0.1:{{{((IPEndPoint)silent.LocalEndpoint).Port}}}/","method":"POST","body":"x"}}]}
            """);

        var running = bench.RunAsync(
            request with { Profile = request.Profile with { Network = new() { Allow = ["localhost"] } } });
        using var connection = await silent.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        var report = await running;

        Assert.Equal((RunStatus.Failed, ErrorCodes.Timeout), (report.Status, report.Code!.Value));
        var returned = (await bench.JournalAsync(report.RunId)).OfType<RunEvent.AttemptReturned>().Single();
        Assert.Equal((ErrorCodes.Timeout, EffectState.None), (returned.Code, returned.Effect));
        Assert.Empty(returned.SideEffects);
    }

    [Fact]
    public async Task A_model_that_drips_ends_with_its_attempt_and_is_counted_at_its_worst()
    {
        await using var bench = new RuntimeBench();
        await using var server = await WebServer.StartAsync(async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync(AnthropicWire.Start(5, 0, 0), http.RequestAborted);
            await DripAsync(bench, async () =>
            {
                await http.Response.WriteAsync(AnthropicWire.Event("ping", """{"type":"ping"}"""), http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }, http.RequestAborted);
        });
        using var caller = new ModelCaller(
            bench.Time, new ScriptedResolver(), new HttpLimits(), new ModelLimits { BytesMax = long.MaxValue });
        bench.Skills.Add(new LlmInvokeSkill(caller));
        var request = bench.Plan("""
            {"steps":[{"id":"a","skill":"llm_invoke","timeout_ms":2000,"retry":{"max_attempts":1},"input":{"model":"m","prompt":"x"}}]}
            """);
        var model = new Contracts.Models.ModelSpec
        {
            Provider = Contracts.Models.ModelProvider.Anthropic,
            Model = "claude-test",
            BaseUrl = server.Url,
            Price = ModelHarness.Price,
        };

        var report = await bench.RunAsync(
            request with
            {
                Profile = request.Profile with { Models = ValueMap.From([KeyValuePair.Create("m", model)]) }
            });

        var started = (await bench.JournalAsync(report.RunId)).OfType<RunEvent.AttemptStarted>().Single();
        Assert.Equal(
            (RunStatus.Failed, ErrorCodes.Timeout, started.Reserved), (report.Status, report.Code!.Value, report.Cost));
    }

    // Time goes on with each piece, so that there is neither a silence nor an end.
    private static async Task<bool> DripAsync(RuntimeBench bench, Func<ValueTask> say, CancellationToken cancel)
    {
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                await say();
                bench.Time.Advance(Between);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // Whoever asked has hung up.
        }
        return false;
    }
}
