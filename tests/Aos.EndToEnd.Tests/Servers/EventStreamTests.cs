using System.Net.Http.Headers;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Servers;

public sealed class EventStreamTests : ServerTest
{
    [Fact]
    public async Task A_stream_that_is_cut_again_and_again_loses_nothing_and_repeats_nothing()
    {
        World.On("/step", _ => new Reply(200));
        var steps = Enumerable.Range(0, 12)
            .Select(i => Call($"s{i}", "/step", i == 0 ? "" : $"\"depends_on\": [\"s{i - 1}\"]")).ToArray();
        var run = (await PostAsync("/v1/runs", Submission(steps))).Is(202).Json.Text("run_id");
        var dice = new Random(20260101);
        var (seen, last, cuts) = (new List<string>(), "", 0);
        while (true)
        {
            using var request = Ask(run, last);
            using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
            if ((int)response.StatusCode == 204) break;
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
            var (events, most) = (0, dice.Next(1, 5));
            while (events < most && await reader.ReadLineAsync(Cancel) is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal)) last = line[4..];
                if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
                seen.Add(line[6..]);
                events++;
            }
            cuts++;
        }

        var trace = (await GetAsync($"/v1/runs/{run}/trace")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(cuts > 8, $"only {cuts} connections");
        Assert.Equal(trace, seen);
    }

    [Fact]
    public async Task A_stream_goes_on_with_what_comes_later_and_ends_with_the_run()
    {
        var gate = new TaskCompletionSource();
        World.Hold("/slow", gate.Task);
        var run = (await PostAsync("/v1/runs", Submission(Call("slow", "/slow")))).Json.Text("run_id");
        using var response = await Http.SendAsync(Ask(run, ""), HttpCompletionOption.ResponseHeadersRead, Cancel);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        while (await reader.ReadLineAsync(Cancel) is { } line)
            if (line == "event: attempt_started") break;
        gate.SetResult();

        var rest = await reader.ReadToEndAsync(Cancel);

        Assert.Contains("event: run_ended", rest, StringComparison.Ordinal);
        Assert.Equal(404, (int)(await Http.SendAsync(Ask("run_00000000", ""), Cancel)).StatusCode);
    }

    private HttpRequestMessage Ask(string run, string last)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/runs/{run}/events");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Admin);
        if (last != "") request.Headers.Add("Last-Event-ID", last);
        return request;
    }
}
