using System.Globalization;
using System.Text.RegularExpressions;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Servers;

[CollectionDefinition(nameof(MetricsTests), DisableParallelization = true)]
public sealed class MetricsCollection;

/// <summary>What a scrape says, against what was done. Alone in its process: the meters of all servers of a process
/// have the same names.</summary>
[Collection(nameof(MetricsTests))]
public sealed class MetricsTests : ServerTest
{
    [Fact]
    public async Task A_scrape_counts_what_runs_did_by_bounded_labels()
    {
        World.On("/good", _ => new Reply(200)).On("/bad", _ => new Reply(404));
        await RunAsync(Submission(Call("a", "/good"), Call("b", "/good"), Transform("c")));
        await RunAsync(Submission(Call("a", "/bad")));
        (await GetAsync("/v1/runs/run_00000000")).Is(404);

        // The server looks into its store beside the start.
        var scrape = (await GetAsync("/metrics")).Is(200);
        while (!scrape.Text.Contains("aos_budget_limit_usd{", StringComparison.Ordinal))
            scrape = (await GetAsync("/metrics")).Is(200);

        Assert.Equal("text/plain", scrape.Message.Content.Headers.ContentType!.MediaType);
        Assert.Equal(2, Value(scrape.Text, "aos_skill_calls_total", "skill=\"http_call\"", "status=\"success\""));
        Assert.Equal(1, Value(scrape.Text, "aos_skill_calls_total", "skill=\"http_call\"", "status=\"failure\""));
        Assert.Equal(1, Value(scrape.Text, "aos_skill_calls_total", "skill=\"json_transform\"", "status=\"success\""));
        Assert.Equal(1, Value(scrape.Text, "aos_skill_errors_total", "skill=\"http_call\"", "code=\"HTTP_404\""));
        Assert.Equal(1, Value(scrape.Text, "aos_run_failures_total", "code=\"HTTP_404\""));
        Assert.Equal(2, Value(scrape.Text, "aos_runs_submitted_total"));
        Assert.Equal(1, Value(scrape.Text, "aos_runs_ended_total", "status=\"completed\""));
        Assert.Equal(3, Value(scrape.Text, "aos_step_latency_seconds_count", "skill=\"http_call\""));
        Assert.Equal(1, Value(scrape.Text, "aos_http_requests_total", "operation=\"get_run\"", "status=\"404\""));
        Assert.True(Value(scrape.Text, "aos_journal_commit_latency_seconds_count") > 0);
        Assert.True(Value(scrape.Text, "aos_journal_batch_size_count") > 0);
        foreach (var gauge in (string[])[
            "aos_journal_queue_depth", "aos_calls_in_flight", "aos_approvals_waiting", "aos_event_streams_open"])
            Assert.Equal(0, Value(scrape.Text, gauge));
        AssertDeployed(scrape.Text);
        Assert.DoesNotContain("run_0", scrape.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_for_the_people_of_the_server_only()
    {
        (await SendAsync("GET", "/metrics", null, null)).Is(401);
        (await GetAsync("/metrics", await KeyAsync("admin", "other"))).Is(404);
        (await GetAsync("/metrics", await KeyAsync("viewer"))).Is(200);
        (await GetAsync("/metrics", await KeyAsync("admin", "local", "runs:read"))).Is(403);
    }

    // Alerts and dashboard ask for nothing that is not there. Money was not spent here.
    private static void AssertDeployed(string scrape)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "Aos.slnx"))) root = root.Parent;
        var folder = Path.Combine(root.FullName, "deploy");
        foreach (var file in (string[])["alerts.yml", "grafana/aos.json"])
            foreach (Match name in Regex.Matches(
                File.ReadAllText(Path.Combine(folder, file)), "\\baos_[a-z_]+[a-z]", RegexOptions.None,
                TimeSpan.FromSeconds(1)))
                Assert.True(
                    name.Value == "aos_run_cost_usd_total"
                        || Regex.IsMatch(
                            scrape, $"^{name.Value}[ {{]", RegexOptions.Multiline, TimeSpan.FromSeconds(1)),
                    $"{file} asks for {name.Value}");
    }

    private static double Value(string scrape, string name, params string[] labels)
    {
        var lines = scrape.Split('\n')
            .Where(line => Regex.IsMatch(line, $"^{name}[ {{]", RegexOptions.None, TimeSpan.FromSeconds(1))
            && labels.All(label => line.Contains(label, StringComparison.Ordinal))).ToList();
        Assert.True(lines.Count == 1, $"{name} {string.Join(' ', labels)}: {lines.Count} lines\n{scrape}");
        var after = lines[0][(lines[0].LastIndexOf('}') is var end and > 0 ? end + 1 : name.Length)..];
        return double.Parse(after.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
    }
}
