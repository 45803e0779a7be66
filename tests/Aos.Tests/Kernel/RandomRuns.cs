using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Testing.Runs;
using CsCheck;

namespace Aos.Tests.Kernel;

/// <summary>A step of a random plan, as small numbers that shrink well.</summary>
public sealed record RandomStep(
    int Skill, int Needs, int When, int ForEach, int OnFailure, int Approval, int MaxAttempts, bool Reads)
{
    private static readonly string[] Skills = ["pure", "read", "put", "send", "store", "paid", "quoted"];

    public static readonly Gen<RandomStep> Gen = CsCheck.Gen.Select(
        CsCheck.Gen.Int[0, 6], CsCheck.Gen.Int[0, 31], CsCheck.Gen.Int[0, 7], CsCheck.Gen.Int[0, 7],
        CsCheck.Gen.Int[0, 5], CsCheck.Gen.Int[0, 7], CsCheck.Gen.Int[0, 5], CsCheck.Gen.Bool,
        (skill, needs, when, forEach, onFailure, approval, max, reads) =>
            new RandomStep(skill, needs, when, forEach, onFailure, approval, max, reads));

    public string Json(int index)
    {
        var earlier = index == 0 ? null : $"s{index - 1}";
        var wait = Approval switch
        {
            2 => $"{{\"for_ms\":{Needs * 50}}}",
            3 => "{\"signal\":\"go\",\"timeout_ms\":3000}",
            _ => null,
        };
        var parts = new List<string>
        {
            $"\"id\":\"s{index}\"",
            wait is null ? $"\"skill\":\"{Skills[Skill]}\"" : $"\"wait\":{wait}",
        };
        var needs = Enumerable.Range(0, Math.Min(index, 5)).Where(i => (Needs >> i & 1) == 1).Select(i => $"\"s{i}\"");
        parts.Add($"\"depends_on\":[{string.Join(',', needs)}]");
        if (Reads && wait is null && earlier is not null) parts.Add($$$"""
            "input":{"r":"${steps.{{{earlier}}}.result}","s":"${steps.{{{earlier}}}.status}"}
            """.Trim());
        if (When == 1 && earlier is not null) parts.Add($"\"when\":\"steps.{earlier}.result.n > `5`\"");
        if (When == 2) parts.Add("\"when\":\"`false`\"");
        if (When == 3) parts.Add("\"when\":\"length(input)\"");
        if (ForEach is 1 or 2) parts.Add($"\"for_each\":\"input.list[:{ForEach * 2}]\"");
        if (ForEach == 3 && earlier is not null) parts.Add($"\"for_each\":\"steps.{earlier}.result.items\"");
        if (ForEach == 4) parts.Add("\"for_each\":\"`[]`\"");
        if (OnFailure == 1) parts.Add("\"on_failure\":\"abort\"");
        if (OnFailure is 2 or 3) parts.Add("\"on_failure\":\"continue\"");
        if (OnFailure == 4) parts.Add("""
            "on_failure":{"fallback":{"skill":"SKILL","input":{"f":1}}}
            """.Trim().Replace("SKILL", Skills[(Skill + Needs) % Skills.Length], StringComparison.Ordinal));
        if (Approval == 1) parts.Add("\"approval\":{\"expires_in_ms\":3000}");
        if (MaxAttempts > 0 && wait is null) parts.Add($"\"retry\":{{\"max_attempts\":{MaxAttempts}}}");
        return "{" + string.Join(',', parts) + "}";
    }
}

/// <summary>A random run: plan, limits, world, and what is done to it on the way.</summary>
public sealed record RandomRun(
    RandomStep[] Steps, int BudgetCents, int PerStepCents, int Parallel, int Attempts, int RunMs, int Events,
    ulong Seed, int Trouble, bool Iterative)
{
    public static readonly Gen<RandomRun> Gen = CsCheck.Gen.Select(
        CsCheck.Gen.Select(
            RandomStep.Gen.Array[1, 6], CsCheck.Gen.OneOf(CsCheck.Gen.Const(0), CsCheck.Gen.Int[5, 120]),
            CsCheck.Gen.Int[0, 60]),
        CsCheck.Gen.Select(
            CsCheck.Gen.Int[1, 5], CsCheck.Gen.Frequency((3, CsCheck.Gen.Const(1_000)), (1, CsCheck.Gen.Int[1, 12])),
            CsCheck.Gen.OneOf(CsCheck.Gen.Const(3_600_000), CsCheck.Gen.Int[500, 20_000]),
            CsCheck.Gen.Frequency((5, CsCheck.Gen.Const(50_000)), (1, CsCheck.Gen.Int[3, 60]))),
        CsCheck.Gen.Select(
            CsCheck.Gen.ULong, CsCheck.Gen.Int[0, 40],
            CsCheck.Gen.Frequency((4, CsCheck.Gen.Const(false)), (1, CsCheck.Gen.Const(true)))),
        (a, b, c) =>
            new RandomRun(a.Item1, a.Item2, a.Item3, b.Item1, b.Item2, b.Item3, b.Item4, c.Item1, c.Item2, c.Item3));

    public string Plan =>
        $$"""{"steps":[{{string.Join(',', Steps.Select((step, i) => step.Json(i)))}}],"output":"steps.s0"}""";

    public RunScenario Scenario
    {
        get
        {
            var scenario = (Iterative ? RunScenario.OfGoal("g", PlannerMode.Iterative) : RunScenario.Of(Plan)) with
            {
                Input = """{"list":[1,2.50,"x",{"b":1,"a":2}]}""",
                RunId = RunId.Parse($"run_{Seed:x16}"),
            };
            return scenario.Limited(c => c with
            {
                Budget = Money.FromCents(BudgetCents),
                PerStep = PerStepCents > 40 ? null : Money.FromCents(PerStepCents),
                MaxParallelSteps = Parallel,
                MaxAttempts = Attempts,
                MaxRunMs = RunMs,
                MaxEvents = Events,
                GraceMs = 700,
                Rates = Rates,
            });
        }
    }

    // Every fourth run keeps rates.
    private ValueList<RateLimit> Rates => (Seed & 3) != 0 ? [] :
    [
        new RateLimit
        {
            Skill = Aos.Contracts.Skills.SkillRef.Parse((Seed & 4) == 0 ? "read" : "quoted"),
            Calls = 1,
            PerSeconds = 2,
            Scope = RateScope.Agent
        },
        .. (ValueList<RateLimit>)((Seed & 8) == 0
            ? [new RateLimit { Calls = 2, PerSeconds = 3, Scope = RateScope.Tenant }] : []),
    ];

    public ulong Draw(string about) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{Seed}\n{about}")));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Plan}\nbudget {BudgetCents} per step {PerStepCents} parallel {Parallel} attempts {Attempts} ms {RunMs} events {Events} seed {Seed} trouble {Trouble} iterative {Iterative}");
}

/// <summary>A world whose every answer is drawn from the seed and what is asked, so that it does not depend on
/// order.</summary>
public sealed class RandomWorld(RandomRun run) : ScriptedWorld
{
    private static readonly string[] Reasons = ["transient", "budget", "limit", "MODEL_REFUSED", "CONTEXT_TOO_LONG"];
    private static readonly string[] Codes = [
        "HTTP_503", "HTTP_404", "TIMEOUT", "RATE_LIMITED", "OWN_CODE", "DNS_FAILED", "ANSWER_INVALID", "MODEL_REFUSED"];

    public override ScriptedAnswer Answer(Effect.InvokeSkill attempt)
    {
        var draw = run.Draw($"{attempt.Call} {attempt.Attempt} {attempt.IsFallback}");
        var answer = (draw & 15) switch
        {
            < 9 => ScriptedAnswer.Ok($$"""{"n":{{draw % 11}},"items":[{{string.Join(',', Enumerable.Range(0, (int)(draw >> 8 & 3)))}}],"t":"ü"}"""),
            < 14 =>
                ScriptedAnswer.Fail(Codes[(int)(draw >> 16 & 0xff) % Codes.Length], (EffectState)((draw >> 24) % 3)),
            14 => ScriptedAnswer.Fail("CANCELLED", EffectState.None) with { Status = OutcomeStatus.Cancelled },
            _ => ScriptedAnswer.Fail("HTTP_500") with { Status = OutcomeStatus.Unknown },
        };
        if ((draw >> 32 & 15) == 0) answer = answer.AskingToWait((long)(draw >> 36 & 0xfff));
        return answer with
        {
            LatencyMs = (draw >> 40 & 31) == 0 ? 100_000 : (int)(draw >> 45 & 0x7ff),
            Cost = new Money((long)(draw >> 3) % (attempt.Reserved.NanoUsd + 1)),
            Tainted = (draw >> 57 & 3) == 0,
            SideEffects = (draw >> 56 & 1) == 0 ? [] : [new SideEffect { Type = "t", Target = $"{attempt.Call}" }],
        };
    }

    // Names that come and go, prices that no budget covers, ways that stand in for anything: a skill may say what it
    // likes.
    public override RunEvent.CallQuoted Quote(Effect.QuoteCall asked)
    {
        var draw = run.Draw($"quote {asked.Call} {asked.Attempt} {asked.IsFallback}");
        var ways = Enumerable.Range(0, 1 + (int)(draw & 3))
            .Select(i => run.Draw($"way {asked.Call} {(draw >> 2 & 3) switch { 0 => asked.Attempt, _ => 0 }} {i}"))
            .Select((way, i) => Way(asked.Attempt, i, way));
        var quoted = Facts.Quoted(asked.Call.Step.Value, asked.Attempt, [.. ways.DistinctBy(way => way.Name)]);
        return (draw >> 8 & 31) == 0 ? quoted with { Code = ErrorCodes.UnknownModel, Ways = [] } : quoted;
    }

    private static QuotedWay Way(int attempt, int place, ulong draw)
    {
        var name = (draw & 7) == 0 ? attempt * 10 + place : place;
        var way = Facts.Way($"w{name}", (draw >> 3) % 25, [.. Reasons.Where((_, at) => (draw >> (16 + at) & 1) == 1)]);
        return (draw >> 8 & 15) == 0 ? way with { Code = ErrorCodes.ContextTooLong } : way;
    }

    // Also later than the run has time.
    public override TimeSpan Slot(Effect.BookSlot book) => run.Draw($"slot {book.Call} {book.Rates.Length}") switch
    {
        var draw when (draw & 3) == 0 => TimeSpan.Zero,
        var draw when (draw & 31) == 1 => TimeSpan.FromDays(1),
        var draw => TimeSpan.FromMilliseconds(draw >> 8 & 0xfff),
    };

    public override ScriptedDecision? Decide(RunEvent.ApprovalRequested request) =>
        (run.Draw($"decide {request.ApprovalId}") & 7) switch
        {
            < 4 => new ScriptedDecision(true),
            4 => new ScriptedDecision(true, Payload.FromUtf8("""{"edited":true}"""u8.ToArray())),
            5 => new ScriptedDecision(false),
            6 => new ScriptedDecision(true, DelayMs: 3_000),
            _ => null,
        };

    public override ScriptedSignal? Signal(RunEvent.WaitStarted wait) =>
        (run.Draw($"signal {wait.StepId} {wait.Item}") & 7) switch
        {
            < 5 => new ScriptedSignal(
                Payload.FromUtf8("""{"n":7,"items":[1]}"""u8.ToArray()),
                (int)(run.Draw($"after {wait.StepId}") & 0xfff)),
            _ => null,
        };

    public override ScriptedPlan Plan(int round) => round switch
    {
        1 => ScriptedPlan.Of(run.Plan) with { Cost = new Money((long)(run.Draw("plan") % 10_000_000)) },
        2 => ScriptedPlan.Of("""{"steps":[{"id":"next","skill":"read","input":{"x":"${steps.s0.result}"}}],"output":"steps.next.status"}"""),
        3 when run.Seed % 3 == 0 => ScriptedPlan.Fail("PLANNER_FAILED"),
        _ => ScriptedPlan.Done,
    };
}
