using System.Text.Json;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Servers;

public sealed class RunsApiTests : ServerTest
{
    [Fact]
    public async Task A_plan_runs_and_its_report_events_and_queries_tell_of_it()
    {
        World.On("/price", _ => new Reply(200, """{"amount": 42}"""));
        var report = await RunAsync(
            Submission(Call("fetch", "/price"), Transform("price", "amount", "\"${steps.fetch.result.body}\"")));
        var run = report.Text("run_id");

        Assert.Equal("completed", report.Text("status"));
        Assert.Equal("42", report.Step("price").Text("outcome/result/value"));
        Assert.Equal("completed", (await GetAsync($"/v1/runs/{run}")).Is(200).Json.Text("status"));

        var lines =
            (await GetAsync($"/v1/runs/{run}/trace")).Is(200).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(Enumerable.Range(1, lines.Count).Select(seq => $"{seq}"), lines.Select(line => line.Text("seq")));
        Assert.Equal(("run_submitted", "run_ended"), (lines[0].Text("type"), lines[^1].Text("type")));
        Assert.Equal(
            lines.Count - 3,
            (await GetAsync($"/v1/runs/{run}/trace?after=3")).Text.Split(
                '\n', StringSplitOptions.RemoveEmptyEntries).Length);

        Assert.Contains(
            "remaining_budget_cents", (await GetAsync($"/v1/runs/{run}/queries")).Is(200).Text,
            StringComparison.Ordinal);
        Assert.Equal(
            "success",
            (await PostAsync($"/v1/runs/{run}/queries/remaining_budget_cents", null)).Is(200).Json.Text("status"));
        Assert.Equal(
            "True", (await PostAsync($"/v1/runs/{run}/replay", "{\"mode\":\"verify\"}")).Is(200).Json.Text("parity"));
        Assert.True(
            (await GetAsync($"/v1/runs/{run}/export")).Is(200).Message.Content.Headers.ContentLength is null or > 0);
    }

    [Fact]
    public async Task A_run_is_begun_at_once_with_its_address_and_waited_for_on_request()
    {
        var gate = new TaskCompletionSource();
        World.Hold("/slow", gate.Task);
        var begun = (await PostAsync("/v1/runs", Submission(Call("wait", "/slow")))).Is(202);

        var address = begun.Message.Headers.Location!.ToString();
        Assert.Equal($"/v1/runs/{begun.Json.Text("run_id")}", address);
        Assert.Equal("running", (await GetAsync(address)).Json.Text("status"));
        var waiting = GetAsync($"{address}?wait_seconds=60");
        await World.ArrivedAsync("/slow");
        gate.SetResult();
        Assert.Equal("completed", (await waiting).Is(200).Json.Text("status"));
    }

    [Fact]
    public async Task The_same_key_with_the_same_body_is_the_same_run_and_with_another_one_a_mistake()
    {
        World.On("/once", _ => new Reply(200));
        var body = Submission(Call("once", "/once"));
        var first = (await PostAsync("/v1/runs?wait_seconds=60", body, null, ("Idempotency-Key", "order-17"))).Is(200);
        var second = (await PostAsync("/v1/runs", body, null, ("Idempotency-Key", "order-17"))).Is(200);
        var other =
            (await PostAsync("/v1/runs", Submission(Call("twice", "/once")), null, ("Idempotency-Key", "order-17"))).Is(
                422);
        var elsewhere = await PostAsync(
            "/v1/runs?wait_seconds=60", body, await KeyAsync("admin", "other"), ("Idempotency-Key", "order-17"));

        Assert.Equal(first.Json.Text("run_id"), second.Json.Text("run_id"));
        Assert.Equal("IDEMPOTENCY_CONFLICT", other.Json.Text("code"));
        Assert.NotEqual(first.Json.Text("run_id"), elsewhere.Is(200).Json.Text("run_id"));
        Assert.Equal(2, World.Count("/once"));
    }

    [Theory]
    [InlineData("gzip", 400)]
    [InlineData("identity, br", 400)]
    [InlineData("identity", 202)]
    public async Task A_body_that_says_it_is_packed_is_not_read_as_if_it_were_not(string packing, int status) =>
        (await PostAsync("/v1/runs", Submission(Transform("t")), null, ("Content-Encoding", packing))).Is(status);

    [Fact]
    public async Task A_call_with_a_key_that_is_still_being_answered_is_a_conflict()
    {
        var gate = new TaskCompletionSource();
        World.Hold("/slow", gate.Task);
        var body = $$"""{ "skill": "http_call@1", "input": { "url": "{{World.Url("/slow")}}", "method": "GET" }, "profile": { "agent_id": "t", "skills": ["http_call@1"], "network": { "allow": ["127.0.0.1"] } } }""";
        var first = PostAsync("/v1/execute", body, null, ("Idempotency-Key", "k"));
        await World.ArrivedAsync("/slow");

        var second = (await PostAsync("/v1/execute", body, null, ("Idempotency-Key", "k"))).Is(409);
        gate.SetResult();

        Assert.Equal("REQUEST_IN_FLIGHT", second.Json.Text("code"));
        Assert.Equal("success", (await first).Is(200).Json.Text("status"));
        Assert.Equal(
            (await first).Json.Text("run_id"),
            (await PostAsync("/v1/execute", body, null, ("Idempotency-Key", "k"))).Is(200).Json.Text("run_id"));
        Assert.Equal(1, World.Count("/slow"));
    }

    [Fact]
    public async Task A_call_that_failed_is_answered_with_its_outcome_and_one_that_was_not_made_with_a_problem()
    {
        World.On("/gone", _ => new Reply(404));
        var made =
            (await PostAsync(
                "/v1/execute",
                $$"""{ "skill": "http_call@1", "input": { "url": "{{World.Url("/gone")}}", "method": "GET" }, "profile": { "agent_id": "t", "skills": ["http_call@1"], "network": { "allow": ["127.0.0.1"] } } }""")).Is(200);
        Assert.Equal(("failure", "HTTP_404"), (made.Json.Text("status"), made.Json.Text("code")));

        var refused = (await PostAsync("/v1/execute", """{ "skill": "nothing@1" }""")).Is(404);
        Assert.Equal("UNKNOWN_SKILL", refused.Json.Text("outcome/code"));
        Assert.Equal("application/problem+json", refused.Message.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Lists_go_page_by_page_and_hold_to_their_filters()
    {
        var runs = new List<string>();
        for (var i = 0; i < 5; i++)
            runs.Insert(0, (await RunAsync(Submission(Transform("t", i == 2 ? "b" : "a")))).Text("run_id"));

        var first = (await GetAsync("/v1/runs?limit=2")).Is(200).Json;
        var second = (await GetAsync($"/v1/runs?limit=2&cursor={first.Text("next_cursor")}")).Is(200).Json;
        var found = first.At("items").EnumerateArray().Concat(second.At("items").EnumerateArray())
            .Select(item => item.Text("run_id"));

        Assert.Equal(runs.Take(4), found);
        Assert.Equal(
            "completed", (await GetAsync("/v1/runs?status=completed&limit=1")).Json.At("items")[0].Text("status"));
        Assert.Empty((await GetAsync("/v1/runs?status=waiting,quarantined")).Json.At("items").EnumerateArray());
        Assert.Empty((await GetAsync("/v1/runs?agent_id=somebody")).Json.At("items").EnumerateArray());
        Assert.Equal("INVALID_ARGUMENT", (await GetAsync("/v1/runs?status=done")).Is(400).Json.Text("code"));
        Assert.Equal("INVALID_ARGUMENT", (await GetAsync("/v1/runs?limit=0")).Is(400).Json.Text("code"));
        Assert.Equal("INVALID_ARGUMENT", (await GetAsync("/v1/runs?cursor=x")).Is(400).Json.Text("code"));
    }

    [Fact]
    public async Task An_approval_is_shown_decided_once_and_lets_the_run_go_on()
    {
        World.On("/pay", _ => new Reply(200));
        var report = await RunAsync(Submission(Call("pay", "/pay", "\"approval\": { \"role\": \"operator\" }")));
        Assert.Equal(("waiting", "approval"), (report.Text("status"), report.Text("waiting_for")));
        var request = Assert.Single((await GetAsync("/v1/approvals")).Is(200).Json.At("items").EnumerateArray());
        var path = $"/v1/approvals/{request.Text("approval_id")}";
        Assert.Equal(World.Url("/pay"), (await GetAsync(path)).Is(200).Json.Text("request/input/url"));

        (await PostAsync($"{path}/approve", "{\"reason\":\"checked\"}", await KeyAsync("approver"))).Is(202);
        var second = (await PostAsync($"{path}/reject", null)).Is(409);

        Assert.Equal("APPROVAL_NOT_OPEN", second.Json.Text("code"));
        Assert.Equal(
            "completed", (await GetAsync($"/v1/runs/{report.Text("run_id")}?wait_seconds=60")).Json.Text("status"));
        Assert.Equal(1, World.Count("/pay"));
        Assert.Empty((await GetAsync("/v1/approvals")).Json.At("items").EnumerateArray());
        Assert.Equal("approved", (await GetAsync("/v1/approvals?all=true")).Json.At("items")[0].Text("status"));
    }

    [Fact]
    public async Task A_run_is_cancelled_forked_signalled_and_simulated()
    {
        var waits = await RunAsync(
            Submission(
                """{ "id": "hear", "wait": { "signal": "go" } }""",
                Transform("then", "a", "\"${steps.hear.result}\"")));
        var run = waits.Text("run_id");
        Assert.Equal("signal", waits.Text("waiting_for"));
        Assert.Equal(
            "UNKNOWN_SIGNAL",
            (await PostAsync($"/v1/runs/{run}/signals", """{"name":"other"}""")).Is(422).Json.Text("code"));
        (await PostAsync($"/v1/runs/{run}/signals", """{"name":"go","data":{"a":5}}""")).Is(202);
        var done = (await GetAsync($"/v1/runs/{run}?wait_seconds=60")).Json;
        Assert.Equal("5", done.Step("then").Text("outcome/result/value"));

        var fork =
            (await PostAsync(
                $"/v1/runs/{run}/fork",
                """{"step_id":"then","edits":[{"path":"steps.then.input.expression","value":"[a, a]"}]}""")).Is(202);
        Assert.Equal(run, fork.Json.Text("forked_from/run_id"));
        Assert.Equal(
            "[5,5]",
            (await GetAsync($"/v1/runs/{fork.Json.Text("run_id")}?wait_seconds=60")).Json.Step("then")
                .Text("outcome/result/value"));

        var other = (await RunAsync(Submission("""{ "id": "hear", "wait": { "signal": "go" } }"""))).Text("run_id");
        (await PostAsync($"/v1/runs/{other}/cancel", null)).Is(202);
        Assert.Equal("cancelled", (await GetAsync($"/v1/runs/{other}?wait_seconds=60")).Json.Text("status"));

        Assert.Equal(
            "True", (await PostAsync("/v1/simulate", Submission(Transform("t")))).Is(200).Json.Text("feasible"));
        Assert.Equal(
            "success", (await PostAsync("/v1/validate", Submission(Transform("t")))).Is(200).Json.Text("status"));
    }

    [Fact]
    public async Task Profiles_are_kept_by_version_and_name_who_acts()
    {
        const string Profile = """{ "agent_id": "clerk", "skills": ["json_transform@1"] }""";
        var made = (await SendAsync("PUT", "/v1/agents/clerk", Profile, Admin, ("If-None-Match", "*"))).Is(201);
        var tag = made.Message.Headers.ETag!.Tag;
        (await SendAsync("PUT", "/v1/agents/clerk", Profile, Admin, ("If-None-Match", "*"))).Is(412);
        var next =
            (await SendAsync(
                "PUT", "/v1/agents/clerk",
                """{ "agent_id": "clerk", "description": "new", "skills": ["json_transform@1"] }""", Admin,
                ("If-Match", tag))).Is(200);
        (await SendAsync("PUT", "/v1/agents/clerk", Profile, Admin, ("If-Match", tag))).Is(412);

        Assert.Equal(next.Message.Headers.ETag, (await GetAsync("/v1/agents/clerk")).Is(200).Message.Headers.ETag);
        var report = await RunAsync(
            $$"""{ "plan": { "steps": [ {{Transform("t")}} ] }, "agent_id": "clerk" }""", await KeyAsync("operator"));
        Assert.Equal(("completed", "clerk"), (report.Text("status"), report.Text("agent_id")));
        var denied =
            (await PostAsync(
                "/v1/runs", $$"""{ "plan": { "steps": [ {{Call("c", "/x")}} ] }, "agent_id": "clerk" }""")).Is(403);
        Assert.Equal(
            ("SKILL_NOT_ALLOWED", "/plan/steps/0/skill"),
            (denied.Json.Text("code"), denied.Json.Text("outcome/failure/details/0/pointer")));
        Assert.Equal(
            "UNKNOWN_AGENT",
            (await PostAsync("/v1/runs", """{ "goal": "x", "agent_id": "nobody" }""")).Is(404).Json.Text("code"));

        (await SendAsync("DELETE", "/v1/agents/clerk", null, Admin, ("If-Match", tag))).Is(412);
        (await SendAsync("DELETE", "/v1/agents/clerk", null, Admin)).Is(204);
        (await GetAsync("/v1/agents/clerk")).Is(404);
    }

    [Fact]
    public async Task A_profile_in_a_request_needs_the_right_to_write_profiles()
    {
        var refused = (await PostAsync("/v1/runs", Submission(Transform("t")), await KeyAsync("operator"))).Is(403);
        Assert.Equal("PERMISSION_DENIED", refused.Json.Text("code"));
    }

    [Theory]
    [InlineData("{", 400, "JSON_SYNTAX")]
    [InlineData("""{"goal":"a","goal":"b"}""", 400, "JSON_DUPLICATE_KEY")]
    [InlineData("""{"goal":"a","gaol":"b"}""", 400, "SCHEMA_VIOLATION")]
    [InlineData("""{"goal":1}""", 400, "SCHEMA_VIOLATION")]
    [InlineData("{}", 400, "INVALID_ARGUMENT")]
    [InlineData("""{"goal":"a","input":[1]}""", 400, "INVALID_ARGUMENT")]
    [InlineData("""{"plan":{"steps":[{"id":"a","skill":"nothing@1"}]}}""", 422, "INVALID_PLAN")]
    [InlineData("", 400, "JSON_EMPTY")]
    public async Task What_breaks_a_rule_is_refused_with_its_code(string body, int status, string code)
    {
        var problem = (await PostAsync("/v1/runs", body)).Is(status).Json;

        Assert.Equal(code, problem.Text("code"));
        Assert.Equal($"https://aos.dev/docs/error_taxonomy.md#{code.ToLowerInvariant()}", problem.Text("type"));
        Assert.Equal(code, problem.Text("outcome/code"));
        Assert.Equal(status.ToString(), problem.Text("status"));
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_of_another_type_is_refused()
    {
        var large = (await PostAsync("/v1/runs", $$"""{"goal":"{{new string('x', 3 * 1024 * 1024)}}"}""")).Is(413);
        Assert.Equal("PAYLOAD_TOO_LARGE", large.Json.Text("code"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/runs")
        {
            Content = new StringContent("goal=x", null, "application/x-www-form-urlencoded")
        };
        request.Headers.Add("Authorization", $"Bearer {Admin}");
        Assert.Equal(400, (int)(await Http.SendAsync(request, Cancel)).StatusCode);
    }

    [Fact]
    public async Task What_is_not_there_is_a_problem_too()
    {
        Assert.Equal("UNKNOWN_RESOURCE", (await GetAsync("/v1/nothing")).Is(404).Json.Text("code"));
        Assert.Equal(
            "UNKNOWN_RESOURCE", (await SendAsync("DELETE", "/v1/runs", null, Admin)).Is(405).Json.Text("code"));
        Assert.Equal("UNKNOWN_RUN", (await GetAsync("/v1/runs/run_00000000")).Is(404).Json.Text("code"));
        Assert.Equal("INVALID_ARGUMENT", (await GetAsync("/v1/runs/nonsense")).Is(400).Json.Text("code"));
    }
}
