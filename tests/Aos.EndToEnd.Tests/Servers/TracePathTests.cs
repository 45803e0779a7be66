using System.Text.Json;
using Aos.EndToEnd.Tests.Infrastructure;
using ModelContextProtocol.Client;

namespace Aos.EndToEnd.Tests.Servers;

/// <summary>The ways that telemetry takes beside HTTP and calls of HTTP: gRPC to the collector, models, planners, and
/// the Model Context Protocol.</summary>
public sealed class TracePathTests : TracedTest
{
    // What OpenAI's API answers, as it is on the wire.
    private static string Completion(string text) => string.Concat(((string[])
    [
        $$"""[{"index":0,"delta":{"role":"assistant","content":{{JsonSerializer.Serialize(text)}}},"finish_reason":"stop"}]""",
        """[],"usage":{"prompt_tokens":5,"completion_tokens":10,"total_tokens":15}""",
    ]).Select(
        choices =>
            $$"""data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":{{choices}}}"""
                + "\n\n")) + "data: [DONE]\n\n";

    private string Asking(string config) => $$"""
        { "plan": { "steps": [ { "id": "ask", "skill": "llm_invoke@1", "input": { "model": "m", "prompt": "well?", "max_tokens": 20 } } ] },
          "profile": { "agent_id": "tester", "skills": ["llm_invoke@1"], "network": { "allow": ["127.0.0.1"] }, {{config}}
            "models": { "m": { "provider": "openai", "model": "m", "base_url": "{{World.Url("/v1")}}",
              "price": { "input_per_mtok_usd": 0, "output_per_mtok_usd": 1 } } } } }
        """;

    [Fact]
    public async Task A_collector_that_speaks_gRPC_hears_traces_logs_and_metrics()
    {
        World.On("/good", _ => new Reply(200)).On("/bad", _ => new Reply(404));
        var collector = await RestartAsync(grpc: true);
        var report = await RunAsync(Submission(Call("a", "/good"), Call("b", "/bad", "\"depends_on\": [\"a\"]")));
        await RestartAsync();

        var trace = TraceOf(report);
        var run = collector.Spans.Single(span => span.TraceId == trace && span.Name == "invoke_agent tester");
        Assert.Equal(
            (report.Text("run_id"), "failed", "HTTP_404"),
            (run.Tags["aos.run.id"], run.Tags["aos.status"], run.Tags["error.type"]));
        Assert.Equal(2, collector.Spans.Count(span => span.TraceId == trace && span.Name == "execute_tool http_call"));
        Assert.Equal(
            (trace, "HTTP_404"),
            collector.Logs
                .Where(log => log.Tags.GetValueOrDefault("run_id") == report.Text("run_id")
                    && log.Tags.ContainsKey("Code"))
            .Select(log => (log.TraceId, log.Tags["Code"])).Single());
        foreach (var metric in (string[])["aos_skill_calls", "aos_http_requests", "aos_journal_commit_latency"])
            Assert.Contains(metric, collector.Metrics);
    }

    [Fact]
    public async Task The_trace_of_a_run_goes_to_a_model_only_where_the_profile_names_its_host()
    {
        World.On("/v1/chat/completions", _ => new Reply(200, Completion("yes"), Type: "text/event-stream"));
        var collector = await RestartAsync();
        string[] configs = [
            "", """ "config": { "llm_invoke": { "trace_to": ["models.example.com"] } },""",
            """ "config": { "llm_invoke": { "trace_to": ["127.0.0.1"] } },"""];
        var reports = new List<JsonElement>();
        foreach (var config in configs) reports.Add(await RunAsync(Asking(config)));
        var mistaken = await RunAsync(Asking(""" "config": { "llm_invoke": { "trace_to": ["not a host"] } },"""));
        await RestartAsync();

        Assert.All(reports, report => Assert.Equal("completed", report.Text("status")));
        Assert.Equal(3, World.Arrivals.Count);
        Assert.DoesNotContain("traceparent", World.Arrivals[0].Head.Keys);
        Assert.DoesNotContain("traceparent", World.Arrivals[1].Head.Keys);
        Assert.All(
            World.Arrivals,
            arrival => Assert.Empty(arrival.Head.Keys.Intersect(["tracestate", "baggage", "x-ms-client-request-id"])));
        var trace = TraceOf(reports[2]);
        var chat = collector.Spans.Single(span => span.TraceId == trace && span.Name == "chat m");
        Assert.Equal($"00-{trace}-{chat.SpanId}-01", World.Arrivals[2].Head["traceparent"]);
        Assert.Equal((3, "127.0.0.1"), (chat.Kind, chat.Tags["server.address"]));
        Assert.Equal(("5", "10"), (chat.Tags["gen_ai.usage.input_tokens"], chat.Tags["gen_ai.usage.output_tokens"]));
        Assert.Equal("INVALID_PROFILE", mistaken.Text("steps/0/code"));
    }

    [Fact]
    public async Task A_question_to_a_planner_is_a_span_with_what_its_model_was_asked_beneath()
    {
        World.On(
            "/v1/chat/completions",
            number =>
                new Reply(
                    200, Completion(number == 1 ? "no plan" : $$"""{ "steps": [ {{Transform("t")}} ] }"""),
                    Type: "text/event-stream"));
        var collector = await RestartAsync();
        var report = await RunAsync($$"""
            { "goal": "canary-goal",
              "profile": { "agent_id": "tester", "skills": ["json_transform@1"], "planner": { "id": "model", "model": "m" }, "network": { "allow": ["127.0.0.1"] },
                "models": { "m": { "provider": "openai", "model": "m", "base_url": "{{World.Url("/v1")}}",
                  "price": { "input_per_mtok_usd": 0, "output_per_mtok_usd": 1 } } } } }
            """);
        Assert.Equal("completed", report.Text("status"));
        await RestartAsync();

        var all = collector.Spans.Where(span => span.TraceId == TraceOf(report)).ToList();
        var run = all.Single(span => span.Name == "invoke_agent tester");
        var plans = all.Where(span => span.Name == "plan")
            .OrderBy(span => span.Tags["aos.round"], StringComparer.Ordinal).ToList();
        Assert.Equal(["1", "2"], plans.Select(plan => plan.Tags["aos.round"]));
        Assert.All(
            plans, plan =>
                Assert.Equal(
                    (run.SpanId, report.Text("run_id"), "plan"),
                    (plan.ParentId, plan.Tags["aos.run.id"], plan.Tags["gen_ai.operation.name"])));
        Assert.Equal((2, 0), (plans[0].Status, plans[1].Status)); // The first answer was none.
        Assert.Equal("PLANNER_INVALID_PLAN", plans[0].Tags["error.type"]);
        Assert.All(plans, plan => Assert.Single(all, span => span.Name == "chat m" && span.ParentId == plan.SpanId));
        Assert.Equal(run.SpanId, all.Single(span => span.Name == "step t").ParentId);
        Assert.All(World.Arrivals, arrival => Assert.DoesNotContain("traceparent", arrival.Head.Keys));
        Assert.DoesNotContain("canary-goal", collector.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_a_tool_begins_belongs_to_the_trace_of_the_client()
    {
        async Task<JsonElement> RunAsync(string header)
        {
            await using var client = await McpClient.CreateAsync(new HttpClientTransport(new HttpClientTransportOptions
            {
                Endpoint = new Uri(Address + "/mcp"),
                TransportMode = HttpTransportMode.StreamableHttp,
                AdditionalHeaders =
                    new Dictionary<string, string> { ["Authorization"] = "Bearer " + Admin, ["traceparent"] = header },
            }), cancellationToken: Cancel);
            var arguments = JsonSerializer.Deserialize<Dictionary<string, object?>>(Submission(Transform("t")))!;
            return (await client.CallToolAsync("run", arguments, cancellationToken: Cancel)).StructuredContent!.Value;
        }
        Assert.Equal(CallerTrace, TraceOf(await RunAsync(CallerHeader))); // Also where nobody listens.

        var collector = await RestartAsync();
        var heard = await RunAsync(CallerHeader);
        await RestartAsync(settings => settings with { TraceCallers = false });
        var stranger = await RunAsync(CallerHeader);
        await RestartAsync();

        Assert.Equal(CallerTrace, TraceOf(heard));
        Assert.NotEqual(CallerTrace, TraceOf(stranger));
        var run = collector.Spans.Single(
            span => span.Name == "invoke_agent tester" && span.Tags["aos.run.id"] == heard.Text("run_id"));
        var request = collector.Spans.Single(span => span.TraceId == CallerTrace && span.SpanId == run.ParentId);
        Assert.Equal(("POST /mcp", CallerSpan, "mcp"), (request.Name, request.ParentId, request.Tags["aos.operation"]));
        var other = collector.Spans.Single(
            span => span.Name == "invoke_agent tester" && span.Tags["aos.run.id"] == stranger.Text("run_id"));
        Assert.Equal("POST /mcp", collector.Spans.Single(span => span.SpanId == other.ParentId).Name);
    }
}
