using System.Collections.Concurrent;
using System.Text.Json;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Faults;

/// <summary>A server that is asked to end, or killed, while clients submit.</summary>
public sealed class EndUnderLoadTests : FaultTest
{
    private const int Clients = 16;
    private const int Acknowledged = 200;

    [Theory, InlineData(true), InlineData(false)]
    public async Task What_was_acknowledged_is_there_after_the_next_start_and_comes_to_its_end(bool asked)
    {
        // One call never comes back before the server has ended: the drain has a limit, and this call is made again
        // after it.
        var stuck = new TaskCompletionSource();
        Server.Hold("/stuck", stuck.Task).On("/quick", _ => new Reply(200));
        var server = await ServeAsync("--drain-seconds", "1", "--rate-per-second", "0");
        var (status, text) = await PostAsync(Http, "/v1/runs", Submission(Call("stuck", "/stuck")));
        Assert.True(status == 202, text);
        await Server.ArrivedAsync("/stuck");

        var acknowledged = new ConcurrentBag<string> { JsonDocument.Parse(text).RootElement.Text("run_id") };
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var clients = Enumerable.Range(0, Clients).Select(_ => SubmitAsync(acknowledged, enough)).ToList();
        await enough.Task.WaitAsync(Infrastructure.Cli.Patience, Cancel);
        if (asked)
        {
            server.Terminate();
            (await server.EndAsync()).Exits(0);
        }
        else
        {
            server.Crash();
            await server.EndAsync();
        }
        await Task.WhenAll(clients).WaitAsync(Infrastructure.Cli.Patience, Cancel);

        var again = await ServeAsync("--rate-per-second", "0");
        stuck.SetResult();
        await Parallel.ForEachAsync(
            acknowledged, new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (run, cancel) =>
        {
            var report = await Http.GetStringAsync($"/v1/runs/{run}?wait_seconds=50", cancel);
            Assert.Equal((run, "completed"), (run, JsonDocument.Parse(report).RootElement.Text("status")));
        });
        again.Terminate();
        (await again.EndAsync()).Exits(0);
        Assert.True((await Bench.AosAsync("doctor", "--json")).Exits(0).ExitCode == 0);
    }

    // Submits until the server is gone. What it refused, or did not answer, is not acknowledged.
    private async Task SubmitAsync(ConcurrentBag<string> acknowledged, TaskCompletionSource enough)
    {
        var submission =
            Submission(Call("a", "/quick"), Transform("b"), Call("c", "/quick", more: "\"depends_on\": [\"a\"]"));
        try
        {
            while (true)
            {
                var (status, text) = await PostAsync(Http, "/v1/runs", submission);
                if (status is not (200 or 202)) return;
                acknowledged.Add(JsonDocument.Parse(text).RootElement.Text("run_id"));
                if (acknowledged.Count >= Acknowledged) enough.TrySetResult();
            }
        }
        catch (Exception gone) when (gone is HttpRequestException or IOException)
        {
            // The server has ended.
        }
    }
}
