using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests;

/// <summary>What a plan says is what arrives at the other side.</summary>
public sealed class RunTests : EndToEndTest
{
    [Fact]
    public async Task An_endless_503_with_four_attempts_is_four_requests_and_a_failed_run()
    {
        Server.On("/down", _ => new Reply(503));
        var result =
            (await Bench.RunPlanAsync(Plan(Call("fetch", "/down", more: "\"retry\": { \"max_attempts\": 4 }")))).Exits(
                1);

        Assert.Equal(4, Server.Count("/down"));
        Assert.Equal("failed", result.Json.Text("status"));
        Assert.Equal("HTTP_503", result.Json.Text("code"));
        Assert.Equal("fetch", result.Json.Text("failed_step"));
        Assert.Equal(4, result.Json.At("steps/0/attempts").GetInt32());
    }

    [Fact]
    public async Task A_step_waits_for_the_steps_that_it_depends_on()
    {
        foreach (var path in (string[])["/a", "/b", "/c"]) Server.On(path, _ => new Reply(200));
        (await Bench.RunPlanAsync(Plan(Call("c", "/c", more: "\"depends_on\": [\"b\"]"),
            Call("b", "/b", more: "\"depends_on\": [\"a\"]"), Call("a", "/a")))).Exits(0);

        Assert.Equal(["/a", "/b", "/c"], Server.Arrivals.Select(arrival => arrival.Path));
    }

    [Fact]
    public async Task Steps_that_do_not_depend_on_each_other_are_in_flight_together()
    {
        var gate = new TaskCompletionSource();
        Server.Hold("/left", gate.Task).Hold("/right", gate.Task);
        var run = Bench.StartPlan(Plan(Call("left", "/left"), Call("right", "/right")));
        await run.CausesAsync(Server.ArrivedAsync("/left"));
        await run.CausesAsync(Server.ArrivedAsync("/right"));
        gate.SetResult();

        (await run.EndAsync()).Exits(0);
    }

    [Fact]
    public async Task A_step_whose_condition_is_false_is_skipped_and_read_as_null()
    {
        Server.On("/value", _ => new Reply(200, """{"n":1}""")).On("/never", _ => new Reply(200));
        var result = (await Bench.RunPlanAsync($$"""
            { "steps": [ {{Call("value", "/value")}}, {{Call("big", "/never", more: "\"when\": \"steps.value.result.body.n > `5`\"")}} ],
              "output": "{big: steps.big.result, n: steps.value.result.body.n}" }
            """)).Exits(0);

        Assert.Equal(0, Server.Count("/never"));
        Assert.Equal("skipped", result.Json.Step("big").Text("status"));
        Assert.Equal("CONDITION_FALSE", result.Json.Step("big").Text("code"));
        Assert.Equal("""{"big":null,"n":1}""", result.Json.Text("output"));
    }

    [Fact]
    public async Task For_each_calls_once_for_each_item_and_keeps_their_order()
    {
        foreach (var name in (string[])["x", "y", "z"])
            Server.On($"/item/{name}", _ => new Reply(200, $$"""{"name":"{{name}}"}"""));
        var result = (await Bench.RunPlanAsync($$"""
            { "steps": [ { "id": "each", "skill": "http_call@1", "for_each": "input.names",
                           "input": { "url": "{{Server.Url("/item/")}}${item}" } } ],
              "output": "steps.each.result[].body.name" }
            """, "--input", """{"names":["x","y","z"]}""")).Exits(0);

        Assert.Equal("""["x","y","z"]""", result.Json.Text("output"));
        Assert.Equal(3, result.Json.At("steps/0/attempts").GetInt32());
        Assert.Equal(["/item/x", "/item/y", "/item/z"], Server.Arrivals.Select(arrival => arrival.Path).Order());
    }

    [Fact]
    public async Task A_fallback_stands_in_and_its_result_is_the_steps()
    {
        Server.On("/first", _ => new Reply(404)).On("/second", _ => new Reply(200, """{"from":"second"}"""));
        var fallback = $$"""
            "on_failure": { "fallback": { "skill": "http_call@1", "input": { "url": "{{Server.Url("/second")}}" } } }
            """;
        var result = (await Bench.RunPlanAsync($$"""
            { "steps": [ {{Call("get", "/first", more: fallback)}} ], "output": "steps.get.result.body.from" }
            """)).Exits(0);

        Assert.Equal("second", result.Json.Text("output"));
        Assert.Equal("FALLBACK_USED", result.Json.Text("steps/0/code"));
        Assert.Equal((1, 1), (Server.Count("/first"), Server.Count("/second")));
    }

    [Fact]
    public async Task A_failure_that_is_tolerated_leaves_the_run_to_complete()
    {
        Server.On("/missing", _ => new Reply(404)).On("/after", _ => new Reply(200));
        var result = (await Bench.RunPlanAsync(Plan(Call("first", "/missing", more: "\"on_failure\": \"continue\""),
            Call("after", "/after", more: "\"depends_on\": [\"first\"]")))).Exits(0);

        Assert.Equal("completed", result.Json.Text("status"));
        Assert.Equal("failure", result.Json.Step("first").Text("status"));
        Assert.Equal(1, Server.Count("/after"));
    }

    [Fact]
    public async Task A_failure_that_aborts_starts_nothing_more_and_names_the_step()
    {
        Server.On("/missing", _ => new Reply(404)).On("/after", _ => new Reply(200));
        var result = (await Bench.RunPlanAsync(Plan(Call("first", "/missing"),
            Call("after", "/after", more: "\"depends_on\": [\"first\"]")))).Exits(1);

        Assert.Equal(0, Server.Count("/after"));
        Assert.Equal("first", result.Json.Text("failed_step"));
        Assert.Equal("HTTP_404", result.Json.Text("code"));
        Assert.Equal("RUN_ABORTED", result.Json.Step("after").Text("code"));
    }

    [Fact]
    public async Task Retry_after_replaces_the_backoff()
    {
        Server.On("/busy", number => number == 1 ? new Reply(429, RetryAfter: "1") : new Reply(200));
        var result = (await Bench.RunPlanAsync(Plan(Call("get", "/busy")))).Exits(0);

        var wait = (await Bench.TraceAsync(result.Json.Text("run_id"))).OfType("retry_scheduled").Single();
        Assert.Equal("retry_after", wait.Text("data/rule"));
        Assert.Equal(1000, wait.At("data/delay_ms").GetInt32());
        Assert.Equal(2, Server.Count("/busy"));
    }

    [Fact]
    public async Task A_call_that_takes_too_long_is_tried_again_and_then_times_out()
    {
        Server.Hold("/slow", new TaskCompletionSource().Task, requests: 10);
        var result = (await Bench.RunPlanAsync(Plan(Call("get", "/slow",
            more: "\"timeout_ms\": 300, \"retry\": { \"max_attempts\": 2 }")))).Exits(6);

        Assert.Equal("TIMEOUT", result.Json.Text("code"));
        Assert.Equal(2, Server.Count("/slow"));
    }

    [Fact]
    public async Task A_post_answered_with_500_is_not_repeated_and_waits_until_somebody_settles_it()
    {
        Server.On("/pay", _ => new Reply(500)).On("/after", _ => new Reply(200));
        var waiting = (await Bench.RunPlanAsync(Plan(Call("pay", "/pay", "POST"),
            Call("after", "/after", more: "\"depends_on\": [\"pay\"]")))).Exits(3);
        Assert.Equal("waiting", waiting.Json.Text("status"));
        Assert.Equal("unknown_outcome", waiting.Json.Text("waiting_for"));

        var run = waiting.Json.Text("run_id");
        var settled = (await Bench.AosAsync("settle", run, "pay", "--happened", "yes", "--result",
            """{"status":200,"headers":{},"body":null}""", "--reason", "seen in the bank's list", "--json")).Exits(0);

        Assert.Equal("completed", settled.Json.Text("status"));
        Assert.Equal(1, Server.Count("/pay"));
        Assert.Equal(1, Server.Count("/after"));
    }

    [Fact]
    public async Task A_call_that_is_settled_as_not_happened_may_be_made_again()
    {
        Server.On("/pay", number => new Reply(number == 1 ? 500 : 200));
        var waiting = (await Bench.RunPlanAsync(Plan(Call("pay", "/pay", "POST")))).Exits(3);
        var settled = await Bench.AosAsync("settle", waiting.Json.Text("run_id"), "pay", "--happened", "no", "--json");

        // Whether the step is tried again or fails is the kernel's rule; that nothing is repeated unasked is the
        // promise.
        Assert.Equal(settled.ExitCode == 0 ? 2 : 1, Server.Count("/pay"));
        Assert.Equal(settled.ExitCode == 0 ? "completed" : "failed", settled.Json.Text("status"));
    }

    [Fact]
    public async Task Every_attempt_of_a_call_carries_the_same_idempotency_key()
    {
        Server.On("/put", number => new Reply(number < 3 ? 503 : 200, RetryAfter: "0"));
        (await Bench.RunPlanAsync(Plan(Call("put", "/put", "PUT")))).Exits(0);

        Assert.Equal(3, Server.Count("/put"));
        Assert.Single(Server.Arrivals.Select(arrival => arrival.IdempotencyKey).Distinct());
        Assert.False(string.IsNullOrEmpty(Server.Arrivals[0].IdempotencyKey));
    }

    [Fact]
    public async Task The_same_key_and_request_are_the_same_run_and_nothing_is_done_twice()
    {
        Server.On("/once", _ => new Reply(200));
        var plan = Plan(Call("call", "/once", "POST"));
        var first = (await Bench.RunPlanAsync(plan, "--idempotency-key", "order-17")).Exits(0);
        var second = (await Bench.RunPlanAsync(plan, "--idempotency-key", "order-17")).Exits(0);

        Assert.Equal(first.Json.Text("run_id"), second.Json.Text("run_id"));
        Assert.Equal(1, Server.Count("/once"));
    }

    [Fact]
    public async Task The_same_key_with_another_input_is_a_conflict()
    {
        Server.On("/once", _ => new Reply(200));
        var plan = Plan(Call("call", "/once", "POST"));
        (await Bench.RunPlanAsync(plan, "--idempotency-key", "order-17")).Exits(0);
        var second =
            (await Bench.RunPlanAsync(plan, "--idempotency-key", "order-17", "--input", """{"other":1}""")).Exits(2);

        Assert.Equal("IDEMPOTENCY_CONFLICT", second.Json.Text("code"));
        Assert.Equal(1, Server.Count("/once"));
    }

    [Fact]
    public async Task Loopback_is_denied_where_no_profile_names_it()
    {
        Server.On("/private", _ => new Reply(200));
        var plan = Bench.Write("plan.json", Plan(Call("get", "/private")));
        var result = (await Bench.AosAsync("run", "--plan", plan, "--json")).Exits(4);

        Assert.Equal("EGRESS_DENIED", result.Json.Text("code"));
        Assert.Equal(0, Server.Count("/private"));
    }

    [Fact]
    public async Task A_skill_that_the_profile_does_not_allow_is_refused_before_anything_runs()
    {
        Server.On("/a", _ => new Reply(200));
        var profile = Bench.Write("narrow.json", """{ "agent_id": "narrow", "skills": ["json_transform@1"] }""");
        var plan = Bench.Write("plan.json", Plan(Call("get", "/a")));
        var result = (await Bench.AosAsync("run", "--plan", plan, "--agent", profile, "--json")).Exits(4);

        Assert.Equal("SKILL_NOT_ALLOWED", result.Json.Text("code"));
        Assert.Equal("/steps/0/skill", result.Json.Text("failure/details/0/pointer"));
        Assert.Equal(0, Server.Count("/a"));
    }

    [Fact]
    public async Task A_goal_becomes_a_plan_by_the_rules_and_runs()
    {
        Server.On("/page", _ => new Reply(200, """{"hello":"world"}"""));
        var result =
            (await Bench.AosAsync("run", $"get {Server.Url("/page")}", "--agent", Bench.Profile, "--json")).Exits(0);

        Assert.Equal("""{"hello":"world"}""", result.Json.Text("output"));
        Assert.Equal(1, Server.Count("/page"));
    }

    [Fact]
    public async Task A_yaml_profile_with_rules_of_its_own_plans_by_them()
    {
        Server.On("/ping", _ => new Reply(200));
        Bench.Write("rules.json", $$"""
            { "version": "1", "rules": [ { "id": "ping", "pattern": "^ping the server$",
              "plan": { "steps": [ {{Call("ping", "/ping")}} ] } } ] }
            """);
        var profile = Bench.Write("agent.yaml", """
            agent_id: pinger
            skills: [http_call@1]
            planner: { id: rule, rules: rules.json }
            network:
              allow:
                - 127.0.0.1
            """);
        var result = (await Bench.AosAsync("run", "ping the server", "--agent", profile, "--json")).Exits(0);

        Assert.Equal("pinger", result.Json.Text("agent_id"));
        Assert.Equal(1, Server.Count("/ping"));
    }

    [Fact]
    public async Task Exec_calls_one_skill_and_answers_with_its_outcome()
    {
        var result = (await Bench.AosAsync("exec", "json_transform", "--input",
            """{"data":{"a":[1,2,3]},"expression":"sum(a)"}""", "--json")).Exits(0);

        Assert.Equal("success", result.Json.Text("status"));
        Assert.Equal("6", result.Json.Text("result/value"));
        Assert.Equal("json_transform", result.Json.Text("execution/skill"));
    }

    [Fact]
    public async Task Exec_of_a_post_that_fails_on_the_other_side_is_an_unknown_outcome()
    {
        Server.On("/pay", _ => new Reply(502));
        var result = await Bench.AosAsync("exec", "http_call", "--agent", Bench.Profile, "--json", "--input",
            $$"""{"url":"{{Server.Url("/pay")}}","method":"POST"}""");

        Assert.NotEqual(0, result.ExitCode);
        Assert.NotEqual("success", result.Json.Text("status"));
        Assert.Equal(1, Server.Count("/pay"));
    }
}
