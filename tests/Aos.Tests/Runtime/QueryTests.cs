using System.Text.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

public sealed class QueryTests
{
    private const string Plan = """
        {"goal":"read something","steps":[
          {"id":"a","skill":"paid","input":{"q":1}},
          {"id":"b","skill":"read","depends_on":["a"],"retry":{"max_attempts":2}},
          {"id":"c","skill":"send","depends_on":["b"],"approval":{"role":"boss"}}]}
        """;

    [Fact]
    public async Task The_names_are_those_that_agents_rely_on()
    {
        Assert.Equal(
            ["allowed_skills", "capabilities", "cost_breakdown", "last_step_outcome", "pending_approvals",
                "pending_settlements", "remaining_budget_cents",
                "resource_contract", "similar_failures", "skills_available_for_goal", "what_did_i_try_already",
                "why_did_step_fail"],
            AosRuntime.Queries);
        await using var bench = new RuntimeBench();
        var report = await bench.RunAsync(bench.Plan(Plan));
        var unknown = await bench.Runtime.QueryAsync(report.RunId, "remaining_budget", null, CancellationToken.None);
        Assert.Equal("UNKNOWN_QUERY", unknown.Code.Value);
        Assert.All(AosRuntime.Queries, name => Assert.Contains(name, unknown.Message!, StringComparison.Ordinal));
        Assert.Equal(
            "UNKNOWN_RUN",
            (await bench.Runtime.QueryAsync(
                RunId.Parse("run_00000000"), "capabilities", null, CancellationToken.None)).Code.Value);
    }

    [Fact]
    public async Task A_run_that_works_knows_what_it_holds_and_has_tried()
    {
        await using var bench = new RuntimeBench();
        bench.Paid.Answers(TwinAnswer.Fail("HTTP_503", retryAfter: TimeSpan.Zero), TwinAnswer.Hangs());
        var report = await bench.SubmitAsync(bench.Plan(Plan));
        await bench.Paid.WhenCalledAsync(2);
        // Of the 100 cents of its budget the ledger holds 40, for four attempts; 10 of them are held for this one.
        Assert.Equal("30", await AskAsync(bench, report, "remaining_budget_cents"));
        Assert.Equal(
            """[{"step_id":"a","item":null,"attempt":1,"skill":"paid@1.0.0","input":{"q":1},"status":"failure","code":"HTTP_503","message":"The script says HTTP_503.","cost_cents":0},{"step_id":"a","item":null,"attempt":2,"skill":"paid@1.0.0","input":{"q":1},"status":"in_flight","code":null,"message":null,"cost_cents":0}]""",
            await AskAsync(bench, report, "what_did_i_try_already"));
        Assert.Equal("null", await AskAsync(bench, report, "last_step_outcome"));
        Assert.Equal("null", await AskAsync(bench, report, "why_did_step_fail"));
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        var contract = JsonDocument.Parse(await AskAsync(bench, report, "resource_contract")).RootElement;
        var remaining = contract.GetProperty("remaining");
        Assert.Equal(
            (30, 40, 10, 0, 998, 604790000), (Number(remaining, "budget_cents"), Number(remaining, "ledger_hold_cents"),
            Number(remaining, "held_cents"), Number(remaining, "spent_cents"), Number(remaining, "attempts"),
            Number(remaining, "run_ms")));
        Assert.Equal(
            ["tenant local day 40 999960", "tenant local month 40 ", "agent tester day 40 ", "agent tester month 40 "],
            remaining.GetProperty("accounts").EnumerateArray()
                .Select(account => $"{account.GetProperty("scope")} {account.GetProperty("name")} "
                + $"{account.GetProperty("period")} {account.GetProperty("held_cents")} {(account.TryGetProperty("free_cents", out var free) ? free : "")}"));
        var same = await bench.Runtime.GetResourceContractAsync(report.RunId, CancellationToken.None);
        Assert.Equal(contract.GetRawText(), same.Result!.ToString());
    }

    [Fact]
    public async Task A_run_that_waits_and_then_ends_says_why()
    {
        await using var bench = new RuntimeBench();
        bench.Paid.Answers(TwinAnswer.Ok("""{"x":1}""", cents: 4));
        bench.Read.Answers(TwinAnswer.Fail("HTTP_503", retryAfter: TimeSpan.Zero), TwinAnswer.Ok());
        var report = await bench.RunAsync(bench.Plan(Plan));
        Assert.Equal(RunStatus.Waiting, report.Status);
        Assert.Equal("36", await AskAsync(bench, report, "remaining_budget_cents"));
        var pending = JsonDocument.Parse(await AskAsync(bench, report, "pending_approvals")).RootElement;
        Assert.Equal(
            ("c", "boss", "send"),
            (pending[0].GetProperty("step_id").GetString(), pending[0].GetProperty("role").GetString(),
                pending[0].GetProperty("skill").GetString()));
        var cost = JsonDocument.Parse(await AskAsync(bench, report, "cost_breakdown")).RootElement;
        Assert.Equal(
            (4, 0, 36, 40, 0), (Number(cost, "spent_cents"), Number(cost, "held_cents"), Number(cost, "free_cents"),
            Number(cost, "limit_cents"), Number(cost, "planning_cents")));
        Assert.Equal("""[{"step_id":"a","attempts":1,"cost_cents":4},{"step_id":"b","attempts":2,"cost_cents":0},{"step_id":"c","attempts":0,"cost_cents":0}]""",
            cost.GetProperty("steps").GetRawText());
        var similar = JsonDocument.Parse(await AskAsync(bench, report, "similar_failures")).RootElement;
        Assert.Equal(
            ("read", "HTTP_503", 1, 1),
            (similar[0].GetProperty("skill").GetString(), similar[0].GetProperty("code").GetString(),
            similar[0].GetProperty("times").GetInt32(), similar[0].GetProperty("recovered").GetInt32()));
        Assert.Equal("[]", await AskAsync(bench, report, "similar_failures", """{"code":"TIMEOUT"}"""));
        Assert.Equal(
            "b", JsonDocument.Parse(await AskAsync(bench, report, "last_step_outcome")).RootElement
                .GetProperty("step_id").GetString());

        var row = (await bench.Runtime.ListApprovalsAsync(openOnly: true, CancellationToken.None)).Value![0];
        await bench.Runtime.DecideAsync(row.Id, false, "boss", null, null, CancellationToken.None);
        await bench.WaitAsync(report.RunId);
        var why = JsonDocument.Parse(await AskAsync(bench, report, "why_did_step_fail")).RootElement;
        Assert.Equal(
            ("c", "APPROVAL_REJECTED"), (why.GetProperty("step_id").GetString(), why.GetProperty("code").GetString()));
        Assert.Equal("null", await AskAsync(bench, report, "why_did_step_fail", """{"step_id":"a"}"""));
        Assert.Equal("[]", await AskAsync(bench, report, "pending_approvals"));
        Assert.Equal("36", await AskAsync(bench, report, "remaining_budget_cents"));
    }

    [Fact]
    public async Task What_got_lost_is_told_with_what_it_counts()
    {
        await using var bench = new RuntimeBench();
        bench.Paid.Answers(TwinAnswer.Hangs(), TwinAnswer.Fail("HTTP_404"));
        var run = await bench.SubmitAsync(bench.Plan("""{"steps":[{"id":"a","skill":"paid","for_each":"[`1`]"}]}"""));
        await bench.Paid.WhenCalledAsync();
        bench.Crash();
        await bench.Open().ResumeAsync(null, CancellationToken.None);

        var tried = JsonDocument.Parse(await AskAsync(bench, run, "what_did_i_try_already")).RootElement;
        Assert.Equal(
            ["unknown 10", "failure 0"],
            tried.EnumerateArray()
                .Select(one => $"{one.GetProperty("status").GetString()} {Number(one, "cost_cents")}"));
        var why =
            JsonDocument.Parse(await AskAsync(bench, run, "why_did_step_fail")).RootElement.GetProperty("attempts");
        Assert.Equal(["0 1 ATTEMPT_LOST", "0 2 HTTP_404"],
            why.EnumerateArray()
                .Select(
                    one => $"{Number(one, "item")} {Number(one, "attempt")} {one.GetProperty("code").GetString()}"));
    }

    [Fact]
    public async Task A_run_that_waits_to_be_settled_says_what_is_to_be_found_out()
    {
        await using var bench = new RuntimeBench();
        bench.Send.Answers(TwinAnswer.Ok(), TwinAnswer.Lost());
        var run = await bench.RunAsync(bench.Plan(
            """{"steps":[{"id":"s","skill":"send","for_each":"input.list","input":{"to":"${item}"}},{"id":"p","skill":"put","approval":{}}]}""",
            """{"list":["x","y"]}""") with
        { Profile = bench.Profile with { Limits = new() { MaxParallelSteps = 1 } } });
        var pending = JsonDocument.Parse(await AskAsync(bench, run, "pending_settlements")).RootElement;
        Assert.Equal(1, pending.GetArrayLength());
        Assert.Equal(
            ("s", 1, 1, "send@1.0.0", """{"to":"y"}""", "CONNECTION_RESET"),
            (pending[0].GetProperty("step_id").GetString(),
            pending[0].GetProperty("item").GetInt32(), pending[0].GetProperty("attempt").GetInt32(),
            pending[0].GetProperty("skill").GetString(),
            pending[0].GetProperty("input").GetRawText(), pending[0].GetProperty("cause").GetString()));
        Assert.Equal(bench.Send.Calls[1].IdempotencyKey, pending[0].GetProperty("idempotency_key").GetString());
        var why = JsonDocument.Parse(await AskAsync(bench, run, "why_did_step_fail")).RootElement;
        Assert.Equal(
            ("s", "OUTCOME_UNKNOWN"), (why.GetProperty("step_id").GetString(), why.GetProperty("code").GetString()));
        Assert.Contains("s[1]", why.GetProperty("message").GetString(), StringComparison.Ordinal);
        var last = JsonDocument.Parse(await AskAsync(bench, run, "last_step_outcome")).RootElement;
        Assert.Equal(
            ("s", "unknown"), (last.GetProperty("step_id").GetString(), last.GetProperty("status").GetString()));

        await bench.Runtime.SettleAsync(
            run.RunId, StepId.Parse("s"), 1, true, null, "me", null, CancellationToken.None);
        await bench.WaitAsync(run.RunId);
        Assert.Equal("[]", await AskAsync(bench, run, "pending_settlements"));
        Assert.Equal("null", await AskAsync(bench, run, "why_did_step_fail"));
    }

    [Theory]
    [InlineData("why_did_step_fail", """{"step_id":"z"}""", "UNKNOWN_STEP", "its steps are 'a', 'b', 'c'")]
    [InlineData("why_did_step_fail", """{"step":"a"}""", "INVALID_ARGUMENT", "it takes 'step_id'")]
    [InlineData("why_did_step_fail", """{"step_id":1}""", "INVALID_ARGUMENT", "must be a text")]
    [InlineData("why_did_step_fail", "[]", "INVALID_ARGUMENT", "must be an object")]
    [InlineData("skills_available_for_goal", """{"gaol":"x"}""", "INVALID_ARGUMENT", "it takes 'goal'")]
    [InlineData("similar_failures", """{"skill":"x"}""", "INVALID_ARGUMENT", "it takes 'code'")]
    [InlineData("capabilities", """{"x":1}""", "INVALID_ARGUMENT", "it takes none")]
    public async Task An_argument_that_a_query_does_not_know_is_refused_with_those_it_knows(
        string query, string arguments, string code, string says)
    {
        await using var bench = new RuntimeBench();
        var run = await bench.RunAsync(bench.Plan(Plan));
        var outcome =
            await bench.Runtime.QueryAsync(run.RunId, query, RuntimeBench.Json(arguments), CancellationToken.None);
        Assert.Equal(code, outcome.Code.Value);
        Assert.Contains(says, outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_profile_allows_is_all_that_a_run_sees()
    {
        await using var bench = new RuntimeBench();
        var request = bench.Plan("""{"steps":[{"id":"a","skill":"pure"}]}""");
        var report = await bench.RunAsync(request with
        {
            Goal = "read or send a message",
            Profile = bench.Profile with
            {
                Skills = [Aos.Contracts.Skills.SkillRef.Parse("pure"), Aos.Contracts.Skills.SkillRef.Parse("read")]
            },
        });
        Assert.Equal("""["pure@1.0.0","read@1.0.0"]""", await AskAsync(bench, report, "allowed_skills"));
        var found = JsonDocument.Parse(await AskAsync(bench, report, "skills_available_for_goal")).RootElement;
        Assert.Equal(["read@1.0.0"], found.EnumerateArray().Select(one => one.GetProperty("skill").GetString()));
        Assert.Equal("[]", await AskAsync(bench, report, "skills_available_for_goal", """{"goal":"send"}"""));
        var capabilities = JsonDocument.Parse(await AskAsync(bench, report, "capabilities")).RootElement;
        Assert.Equal(12, capabilities.GetProperty("queries").GetArrayLength());
        Assert.Equal(
            100, capabilities.GetProperty("contract").GetProperty("remaining").GetProperty("budget_cents").GetInt32());
    }

    [Fact]
    public async Task A_description_tells_the_contract_and_how_calls_went()
    {
        await using var bench = new RuntimeBench();
        bench.Skills.Add(SkillTwins.HttpCall(bench.Time));
        bench.Read.Answers(
            Enumerable.Range(1, 20).Select(i => TwinAnswer.Ok().After(TimeSpan.FromMilliseconds(i)))
                .Append(TwinAnswer.Fail("HTTP_404")).ToArray());
        for (var i = 1; i <= 20; i++)
        {
            var call = bench.Runtime.ExecuteAsync(bench.Call("read"), CancellationToken.None).AsTask();
            await bench.Time.WhenArmedAsync(TimeSpan.FromMilliseconds(i));
            bench.Time.Advance(TimeSpan.FromMilliseconds(i));
            Assert.Equal(OutcomeStatus.Success, (await call).Status);
        }
        await bench.Runtime.ExecuteAsync(bench.Call("read"), CancellationToken.None);
        bench.Open(); // Another process sees the same.
        var described = await bench.Runtime.DescribeSkillAsync("read@1", CancellationToken.None);
        Assert.Equal(
            """{"runs_read":21,"calls":21,"succeeded":20,"failed":1,"unanswered":0,"lost":0,"failures_by_code":{"HTTP_404":1},"latency_ms":{"p50":10,"p95":19,"p99":20,"max":20},"cost_cents":0}""",
            described.Result!.Element.GetProperty("statistics").GetRawText());

        var http = (await bench.Runtime.DescribeSkillAsync("http_call", CancellationToken.None)).Result!.Element;
        foreach (var member in
                (string[])[
                    "input_schema", "output_schema", "effect", "latency", "failure_modes", "permissions", "constraints",
                    "composition", "versions"])
            Assert.True(http.TryGetProperty(member, out _), member);
        Assert.Equal(JsonValueKind.Null, http.GetProperty("statistics").GetProperty("latency_ms").ValueKind);
        Assert.Equal(("UNKNOWN_SKILL", "SKILL_VERSION_MISSING", "INVALID_ARGUMENT"), (
            (await bench.Runtime.DescribeSkillAsync("reed", CancellationToken.None)).Code.Value,
            bench.Runtime.DescribeSkill("read@2").Code.Value, bench.Runtime.DescribeSkill("Read!").Code.Value));
        Assert.Contains("Did you mean 'read'?", bench.Runtime.DescribeSkill("reed").Message, StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(RuntimeBench bench, RunReport run, string name, string? arguments = null)
    {
        var outcome = await bench.Runtime.QueryAsync(
            run.RunId, name, arguments is null ? null : RuntimeBench.Json(arguments), CancellationToken.None);
        Assert.Equal("OK", outcome.Code.Value);
        return outcome.Result!.ToString();
    }

    private static long Number(JsonElement from, string member) => from.GetProperty(member).GetInt64();
}
