using System.Text.Json;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Servers;

/// <summary>What a collector is told of runs: traces and logs, over the wire.</summary>
public sealed class TracingTests : TracedTest
{
    private const string Canary = "canary-7f3a91";

    [Fact]
    public async Task A_collector_sees_the_tree_of_a_run()
    {
        World.On("/good", _ => new Reply(200)).On("/flaky", number => new Reply(number == 1 ? 503 : 200));
        var script = Path.Combine(Settings.Data, "script.json");
        await File.WriteAllTextAsync(script, """{ "answers": [ { "text": "yes" } ] }""", Cancel);
        var collector = await RestartAsync();
        var report = await RunAsync($$"""
            { "plan": { "steps": [ {{Call("a", "/good")}}, {{Call("b", "/flaky", "\"retry\": { \"max_attempts\": 2 }")}},
                { "id": "ask", "skill": "llm_invoke@1", "input": { "model": "small", "prompt": "well?", "max_tokens": 50 } } ] },
              "profile": { "agent_id": "tester", "skills": ["http_call@1", "llm_invoke@1"], "network": { "allow": ["127.0.0.1"] },
                "models": { "small": { "provider": "scripted", "model": "m-1", "script": {{JsonSerializer.Serialize(script)}},
                  "price": { "input_per_mtok_usd": 1, "output_per_mtok_usd": 5 } } } } }
            """);
        Assert.Equal("completed", report.Text("status"));
        await RestartAsync();

        var all = collector.Spans.Where(span => span.TraceId == TraceOf(report)).ToList();
        Told Only(string name, Told? parent) =>
            Assert.Single(all, span => span.Name == name && span.ParentId == (parent?.SpanId ?? ""));
        var request = Only("POST /v1/runs", null);
        var run = Only("invoke_agent tester", request);
        foreach (var (name, value) in ((string, string)[])[
            ("gen_ai.operation.name", "invoke_agent"), ("gen_ai.agent.id", "tester"),
            ("aos.run.id", report.Text("run_id")), ("aos.status", "completed"), ("aos.tenant", "local")])
            Assert.Equal(value, run.Tags[name]);
        var good = Only("GET", Only("execute_tool http_call", Only("step a", run)));
        Assert.Equal(
            (3, "200", "127.0.0.1"), (good.Kind, good.Tags["http.response.status_code"], good.Tags["server.address"]));
        var flaky = Only("step b", run);
        var tries = all.Where(span => span.ParentId == flaky.SpanId)
            .OrderBy(span => span.Tags["aos.attempt"], StringComparer.Ordinal).ToList();
        Assert.Equal(("2", "1 failure 2", "2 success 0"), (flaky.Tags["aos.attempts"],
            $"{tries[0].Tags["aos.attempt"]} {tries[0].Tags["aos.status"]} {tries[0].Status}",
            $"{tries[1].Tags["aos.attempt"]} {tries[1].Tags["aos.status"]} {tries[1].Status}"));
        Assert.Equal("HTTP_503", tries[0].Tags["error.type"]);
        Assert.Equal("503", Only("GET", tries[0]).Tags["http.response.status_code"]);
        var chat = Only("chat m-1", Only("execute_tool llm_invoke", Only("step ask", run)));
        Assert.Equal(
            ("chat", "scripted", "m-1", "50", "stop"),
            (chat.Tags["gen_ai.operation.name"], chat.Tags["gen_ai.provider.name"],
            chat.Tags["gen_ai.request.model"], chat.Tags["gen_ai.request.max_tokens"],
            chat.Tags["gen_ai.response.finish_reasons"]));
        Assert.True(int.Parse(chat.Tags["gen_ai.usage.output_tokens"]) > 0);
        Assert.Equal(
            13, all.Count); // A request, a run, three steps, four attempts, three requests, a chat: nothing else.
    }

    [Fact]
    public async Task Neither_secrets_nor_contents_are_told_unless_contents_are_asked_for()
    {
        World.On($"/{Canary}-path", _ => new Reply(200, $$"""{"answer":"{{Canary}}-answer"}"""))
            .On("/bad", _ => new Reply(500, $"{Canary}-refusal"));
        Directory.CreateDirectory(Path.Combine(Settings.Data, "secrets"));
        await File.WriteAllTextAsync(Path.Combine(Settings.Data, "secrets", "TOKEN"), $"{Canary}-secret", Cancel);
        var submission = $$"""
            { "plan": { "goal": "{{Canary}}-goal", "steps": [
                { "id": "a", "skill": "http_call@1", "input": { "url": "{{World.Url($"/{Canary}-path?q={Canary}-query")}}", "method": "POST",
                  "headers": { "X-Note": "{{Canary}}-header", "X-Key": { "$secret": "TOKEN" } }, "body": { "text": "{{Canary}}-body", "key": { "$secret": "TOKEN" } } } },
                { "id": "b", "skill": "http_call@1", "input": { "url": "{{World.Url("/bad")}}", "method": "GET" }, "retry": { "max_attempts": 1 }, "on_failure": "continue" } ] },
              "input": { "x": "{{Canary}}-input" },
              "profile": { "agent_id": "tester", "skills": ["http_call@1"], "network": { "allow": ["127.0.0.1"] }, "secrets": ["TOKEN@127.0.0.1"] } }
            """;
        var collector = await RestartAsync();
        var quiet = await RunAsync(submission);
        Assert.Equal("completed", quiet.Text("status"));
        Assert.Contains(
            $"{Canary}-secret", World.Arrivals.First(arrival => arrival.Method == "POST").Body,
            StringComparison.Ordinal); // It went where it should.
        await RestartAsync(settings => settings with { TraceContents = true });
        Assert.Contains(
            collector.Spans, span => span.TraceId == TraceOf(quiet) && span.Name == "execute_tool http_call");
        Assert.DoesNotContain(Canary, collector.Everything, StringComparison.Ordinal);

        var loud = await RunAsync(submission);
        await RestartAsync();
        var call = collector.Spans.Single(
            span => span.TraceId == TraceOf(loud) && span.Name == "execute_tool http_call"
                && span.Tags["aos.step.id"] == "a");
        Assert.Contains($"{Canary}-body", call.Tags["gen_ai.tool.call.arguments"], StringComparison.Ordinal);
        Assert.Contains($"{Canary}-answer", call.Tags["gen_ai.tool.call.result"], StringComparison.Ordinal);
        Assert.DoesNotContain($"{Canary}-secret", collector.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_belongs_to_the_trace_of_its_caller_unless_the_server_takes_on_none()
    {
        World.On("/good", _ => new Reply(200));
        async Task<JsonElement> BeginAsync(string header) =>
            (await PostAsync(
                "/v1/runs?wait_seconds=60", Submission(Call("a", "/good")), null, ("traceparent", header))).Json;
        var deaf = await BeginAsync(CallerHeader);
        Assert.Equal(CallerTrace, TraceOf(deaf)); // Also where nobody listens: the outcome names the trace.
        Assert.NotEqual(CallerTrace, TraceOf(await BeginAsync("00-zz-yy-01")));

        var collector = await RestartAsync();
        var heard = await BeginAsync(CallerHeader);
        var unwanted = await BeginAsync(CallerHeader.Replace("0af7", "1af7", StringComparison.Ordinal)[..^2] + "00");
        await RestartAsync(settings => settings with { TraceCallers = false });
        var stranger = await BeginAsync(CallerHeader.Replace("0af7", "2af7", StringComparison.Ordinal));
        await RestartAsync();

        Assert.Equal(CallerTrace, TraceOf(heard));
        var request = collector.Spans.Single(span => span.TraceId == CallerTrace && span.ParentId == CallerSpan);
        Assert.Equal(
            request.SpanId,
            collector.Spans.Single(span => span.TraceId == CallerTrace && span.Name == "invoke_agent tester").ParentId);
        Assert.DoesNotContain(collector.Spans, span => span.TraceId == TraceOf(unwanted));
        Assert.StartsWith("1af7", TraceOf(unwanted), StringComparison.Ordinal);
        Assert.False(TraceOf(stranger).StartsWith("2af7", StringComparison.Ordinal));
        Assert.Contains(
            collector.Spans, span => span.TraceId == TraceOf(stranger) && span.Name == "invoke_agent tester");
    }

    [Fact]
    public async Task A_trace_is_handed_on_only_to_the_hosts_that_the_profile_names()
    {
        World.On("/good", _ => new Reply(200));
        var collector = await RestartAsync();
        await RunAsync(Submission(Call("a", "/good")));
        var named = await RunAsync(Submission(Call("a", "/good")).Replace("\"agent_id\": \"tester\"",
            "\"agent_id\": \"tester\", \"config\": { \"http_call\": { \"trace_to\": [\"127.0.0.1\"] } }",
            StringComparison.Ordinal));
        var mistaken = await RunAsync(Submission(Call("a", "/good")).Replace("\"agent_id\": \"tester\"",
            "\"agent_id\": \"tester\", \"config\": { \"http_call\": { \"trace_to\": \"127.0.0.1\" } }",
            StringComparison.Ordinal));
        await RestartAsync();

        Assert.Equal(2, World.Arrivals.Count);
        Assert.DoesNotContain("traceparent", World.Arrivals[0].Head.Keys);
        var sent = collector.Spans.Single(span => span.TraceId == TraceOf(named) && span.Name == "GET");
        Assert.Equal($"00-{TraceOf(named)}-{sent.SpanId}-01", World.Arrivals[1].Head["traceparent"]);
        Assert.Equal("INVALID_PROFILE", mistaken.Text("steps/0/code"));
    }

    [Fact]
    public async Task A_run_that_another_process_goes_on_with_stays_in_its_trace_and_failures_are_logged_in_it()
    {
        var gate = new TaskCompletionSource();
        World.On("/good", _ => new Reply(200)).Hold("/hold", gate.Task).On("/bad", _ => new Reply(404));
        var collector = await RestartAsync();
        var begun =
            (await PostAsync(
                "/v1/runs",
                Submission(
                    Call("a", "/good"), Call("b", "/hold", "\"depends_on\": [\"a\"]"),
                    Call("c", "/bad", "\"depends_on\": [\"b\"]")),
            null, ("traceparent", CallerHeader))).Is(202).Json;
        await World.ArrivedAsync("/hold");
        await RestartAsync(settings => settings); // The call is cut off; the next server asks again.
        var id = begun.Text("run_id");
        var report = (await GetAsync($"/v1/runs/{id}?wait_seconds=60")).Is(200).Json;
        while (report.Text("status") is "running" or "waiting")
            report = (await GetAsync($"/v1/runs/{id}?wait_seconds=60")).Is(200).Json;
        Assert.Equal(("failed", "HTTP_404"), (report.Text("status"), report.Text("code")));
        gate.SetResult();
        await RestartAsync();

        var runs = collector.Spans
            .Where(span => span.TraceId == CallerTrace && span.Name == "invoke_agent tester"
                && span.Tags["aos.run.id"] == id).ToList();
        Assert.Equal(
            (2, "left", "failed", "true"),
            (runs.Count, runs[0].Tags["aos.status"], runs[1].Tags["aos.status"], runs[1].Tags["aos.resumed"]));
        Assert.Equal("HTTP_404", runs[1].Tags["error.type"]);
        Assert.Contains(collector.Spans, span => span.ParentId == runs[1].SpanId && span.Name == "step c");
        var log =
            collector.Logs.Single(log => log.Tags.GetValueOrDefault("run_id") == id && log.Tags.ContainsKey("Code"));
        Assert.Equal((CallerTrace, "HTTP_404"), (log.TraceId, log.Tags["Code"]));
    }
}
