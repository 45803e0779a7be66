using Aos.Contracts.Agents;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

/// <summary>The questions of the runtime as a skill of plans: <c>runtime_query</c>.</summary>
public sealed class RuntimeQueryTests
{
    private const string AskWhatIsLeft = """{"steps":[{"id":"q","skill":"runtime_query@1","input":{"query":"remaining_budget_cents"}}],"output":"steps.q.result.answer"}""";

    [Fact]
    public async Task A_plan_asks_what_it_has_left_and_decides_on_the_answer()
    {
        await using var bench = new RuntimeBench();
        bench.Paid.Answers(_ => TwinAnswer.Ok("{}", 7));
        var report = await bench.RunAsync(Request(bench, """
            {"steps":[
              {"id":"first","skill":"paid","retry":{"max_attempts":1}},
              {"id":"left","skill":"runtime_query@1","input":{"query":"remaining_budget_cents"},"depends_on":["first"]},
              {"id":"second","skill":"paid","when":"steps.left.result.answer > `12`"},
              {"id":"third","skill":"paid","when":"steps.left.result.answer > `13`"}],
             "output":"steps.left.result"}
            """) with { Budget = Money.FromCents(20) });

        Assert.Equal(
            ["success", "success", "success", "skipped"],
            report.Steps.Select(step => step.Status.ToString().ToLowerInvariant()));
        Assert.Equal(
            $$"""{"answer":13,"query":"remaining_budget_cents","run_id":"{{report.RunId}}"}""",
            report.Output!.ToString());
        await bench.VerifyAsync(report.RunId);
    }

    [Fact]
    public async Task A_run_sees_what_it_did_just_now_although_that_is_not_durable_yet()
    {
        await using var bench = new RuntimeBench();
        bench.Pure.Answers(_ => TwinAnswer.Fail("HTTP_404"));
        var report = await bench.RunAsync(Request(bench, """
            {"steps":[
              {"id":"a","skill":"pure","on_failure":"continue"},
              {"id":"why","skill":"runtime_query@1","input":{"query":"why_did_step_fail","arguments":{"step_id":"a"}},"depends_on":["a"]}],
             "output":"steps.why.result.answer.code"}
            """));
        Assert.Equal("\"HTTP_404\"", report.Output!.ToString());
    }

    [Fact]
    public async Task Every_query_is_answered_as_the_runtime_answers_it()
    {
        await using var bench = new RuntimeBench();
        var other = await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"read"}]}"""));
        foreach (var query in AosRuntime.Queries)
        {
            // What the ledger holds at the moment is for this run too.
            if (query is "cost_breakdown" or "resource_contract" or "capabilities") continue;
            var report = await bench.RunAsync(Request(bench,
                $$$"""{"steps":[{"id":"q","skill":"runtime_query@1","input":{"query":"{{{query}}}","run_id":"{{{other.RunId}}}"}}],"output":"steps.q.result.answer"}"""));
            var expected = await bench.Runtime.QueryAsync(other.RunId, query, null, CancellationToken.None);
            Assert.Equal(RunStatus.Completed, report.Status);
            Assert.Equal(Canonical(expected.Result!), Canonical(report.Output!));
        }
    }

    [Fact]
    public async Task Runs_of_another_agent_or_tenant_are_as_if_they_were_not_there()
    {
        await using var bench = new RuntimeBench();
        var plain = bench.Plan("""{"steps":[{"id":"a","skill":"read"}]}""");
        var mine = await bench.RunAsync(plain);
        var agent = await bench.RunAsync(plain with { Profile = bench.Profile with { AgentId = "stranger" } });
        var tenant = await bench.RunAsync(plain with { Tenant = "other" });

        foreach (var (run, code) in ((RunId, string)[])[
            (mine.RunId, "OK"), (agent.RunId, "UNKNOWN_RUN"), (tenant.RunId, "UNKNOWN_RUN"),
            (RunId.Parse("run_00000000"), "UNKNOWN_RUN")])
        {
            var report = await bench.RunAsync(Request(bench,
                $$$"""{"steps":[{"id":"q","skill":"runtime_query@1","input":{"query":"allowed_skills","run_id":"{{{run}}}"}}]}"""));
            Assert.Equal(code, report.Code!.Value.Value);
        }
    }

    [Fact]
    public async Task A_question_is_a_call_like_any_other()
    {
        await using var bench = new RuntimeBench();
        var report = await bench.RunAsync(Request(bench, AskWhatIsLeft) with
        {
            Profile = Profile(bench) with { Limits = new LimitSpec { MaxAttempts = 1 } },
        });
        Assert.Equal(("runtime_query@1.0.0", 1), (report.Steps[0].Skill!.Value.Value, report.Steps[0].Attempts));

        // A profile that does not name it may not ask.
        var refused = await bench.Runtime.RunAsync(bench.Plan(AskWhatIsLeft), CancellationToken.None);
        Assert.Equal("SKILL_NOT_ALLOWED", refused.Outcome.Code.Value);
    }

    [Theory]
    [InlineData("""{"query":"the_weather"}""")]
    [InlineData("""{"query":"capabilities","run_id":"../etc"}""")]
    [InlineData("""{"query":"capabilities","verbose":true}""")]
    public async Task A_question_that_makes_no_sense_is_refused_with_its_plan(string input)
    {
        await using var bench = new RuntimeBench();
        var refused = await bench.Runtime.RunAsync(
            Request(bench, $$"""{"steps":[{"id":"q","skill":"runtime_query@1","input":{{input}}}]}"""),
            CancellationToken.None);
        Assert.Equal("INVALID_PLAN", refused.Outcome.Code.Value);
    }

    [Fact]
    public async Task A_mistake_in_the_arguments_fails_the_step_with_its_place()
    {
        await using var bench = new RuntimeBench();
        var report = await bench.RunAsync(Request(bench,
            """{"steps":[{"id":"q","skill":"runtime_query@1","input":{"query":"why_did_step_fail","arguments":{"step_id":"nowhere"}}}]}"""));
        Assert.Equal("UNKNOWN_STEP", report.Code!.Value.Value);
        Assert.Equal("/step_id", report.Steps[0].Outcome!.Failure!.Details[0].Pointer);
    }

    [Fact]
    public async Task After_a_crash_the_question_is_asked_again()
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(TwinAnswer.Hangs(), TwinAnswer.Ok());
        var run = await bench.SubmitAsync(Request(bench, """
            {"steps":[{"id":"q","skill":"runtime_query@1","input":{"query":"what_did_i_try_already"}},{"id":"a","skill":"read","depends_on":["q"]}],
             "output":"steps.q.result.answer[0].step_id"}
            """));
        await bench.Read.WhenCalledAsync(1);
        bench.Crash();
        var answers = await bench.Open().ResumeAsync(run.RunId, CancellationToken.None);
        Assert.Equal(RunStatus.Completed, answers[0].Value!.Status);
        Assert.Equal("\"q\"", answers[0].Value!.Output!.ToString());
        await bench.VerifyAsync(run.RunId);
    }

    [Fact]
    public async Task A_host_that_has_a_skill_of_that_name_keeps_it()
    {
        await using var bench = new RuntimeBench();
        var own = bench.Skill("runtime_query", EffectClass.Read);
        bench.Skills.Add(own);
        own.Answers(TwinAnswer.Ok("\"mine\""));
        var report = await bench.RunAsync(
            bench.Plan("""{"steps":[{"id":"q","skill":"runtime_query"}],"output":"steps.q.result"}"""));
        Assert.Equal("\"mine\"", report.Output!.ToString());
        Assert.Single(bench.Runtime.Skills.All, skill => skill.Contract.Name.Value == "runtime_query");
    }

    private static AgentProfile Profile(RuntimeBench bench) =>
        bench.Profile with { Skills = [.. bench.Profile.Skills, SkillRef.Parse("runtime_query@1")] };

    private static Aos.Runtime.Runs.RunRequest Request(RuntimeBench bench, string plan) =>
        bench.Plan(plan) with { Profile = Profile(bench) };

    private static string Canonical(Payload payload) =>
        System.Text.Encoding.UTF8.GetString(Contracts.Json.CanonicalJson.ToBytes(payload.Element));
}
