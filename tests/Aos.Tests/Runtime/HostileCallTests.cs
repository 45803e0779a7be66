using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;
using CsCheck;

namespace Aos.Tests.Runtime;

/// <summary>Whatever a skill does and whatever it is given: an outcome of the right code, and a journal that
/// verifies.</summary>
public sealed class HostileCallTests
{
    private const int TimeoutMs = 500;

    private static readonly ManualResetEventSlim Blocked = new();
    private static TaskCompletionSource _registered = new();

    private static readonly (string Name, TwinAnswer Answer, string Code)[] Behaviours =
    [
        ("succeeds", TwinAnswer.Ok("""{"fine":true}"""), "OK"),
        ("throws", TwinAnswer.By((_, _) => throw new InvalidOperationException("no")), "INTERNAL_ERROR"),
        ("throws later", TwinAnswer.By(async (_, _) => { await Task.Yield(); throw new FormatException("no"); }),
            "INTERNAL_ERROR"),
        ("throws text that is no text", TwinAnswer.Throws(new InvalidOperationException("\ud800 broken")),
            "INTERNAL_ERROR"),
        ("throws OperationCanceledException unasked", TwinAnswer.Throws(new OperationCanceledException()),
            "INTERNAL_ERROR"),
        ("cancels itself",
            TwinAnswer.By(
                (_, _) => new ValueTask<SkillResult>(Task.FromCanceled<SkillResult>(new CancellationToken(true)))),
                    "INTERNAL_ERROR"),
        ("says that it was cancelled", TwinAnswer.Fail("CANCELLED"), "CANCELLED"),
        ("returns null", TwinAnswer.By((_, _) => new ValueTask<SkillResult>((SkillResult)null!)), "INTERNAL_ERROR"),
        ("returns no result", TwinAnswer.Of(SkillResult.Success(null!)), "INVALID_OUTPUT"),
        ("fails without a code", TwinAnswer.Of(SkillResult.Failure(default, null!, (EffectState)99)), "INTERNAL_ERROR"),
        ("fails with the code of success", TwinAnswer.Of(SkillResult.Failure(ErrorCodes.Ok, "fine", EffectState.None)),
            "INTERNAL_ERROR"),
        ("fails with a code of nobody's", TwinAnswer.Fail("MY_OWN_CODE"), "MY_OWN_CODE"),
        ("fails with broken text",
            TwinAnswer.Of(
                SkillResult.Failure(ErrorCodes.Http400, "\udc00" + new string('x', 100_000), EffectState.None) with
                {
                    Cause = "\ud800"
                }), "HTTP_400"),
        ("fails with an undefined effect",
            TwinAnswer.Of(SkillResult.Failure(ErrorCodes.Http400, "m", (EffectState)77)), "HTTP_400"),
        ("names nothing as problem",
            TwinAnswer.Of(
                SkillResult.Failure(ErrorCodes.Http400, "m", EffectState.None) with
                {
                    Problems = [null!, new Problem(null!, default, null!)]
                }), "HTTP_400"),
        ("names nothing as side effect",
            TwinAnswer.Of(
                SkillResult.Success(Payload.Empty) with
                {
                    SideEffects = [null!, new SideEffect { Type = null!, Target = null! }]
                }), "INVALID_OUTPUT"),
        ("returns no JSON", Bytes("{bad"u8), "INVALID_OUTPUT"),
        ("returns invalid UTF-8", Bytes([(byte)'"', 0xFF, 0xC0, (byte)'"']), "INVALID_OUTPUT"),
        ("returns a lone surrogate", Bytes("\"\\ud800\""u8), "INVALID_OUTPUT"),
        ("returns a name twice", Bytes("{\"a\":1,\"a\":2}"u8), "INVALID_OUTPUT"),
        ("returns 10,000 levels",
            Bytes([.. Enumerable.Repeat((byte)'[', 10_000), .. Enumerable.Repeat((byte)']', 10_000)]),
            "INVALID_OUTPUT"),
        ("returns 60 levels", Bytes([.. Enumerable.Repeat((byte)'[', 60), .. Enumerable.Repeat((byte)']', 60)]), "OK"),
        ("returns an endless number", Bytes("[1e999999]"u8), "INVALID_OUTPUT"),
        ("returns lines", Bytes("{\n  \"a\": 1,\r\n  \"b\": [\n]\n}"u8), "OK"),
        ("returns too much", Bytes([(byte)'"', .. Enumerable.Repeat((byte)'x', 17 << 20), (byte)'"']),
            "PAYLOAD_TOO_LARGE"),
        ("returns much", Bytes([(byte)'"', .. Enumerable.Repeat((byte)'x', 1 << 20), (byte)'"']), "OK"),
        ("returns what it never loaded",
            TwinAnswer.Of(SkillResult.Success(Payload.FromBlob(new BlobRef(Digest.Of([1]), 1)))), "INVALID_OUTPUT"),
        ("returns the unknown", TwinAnswer.Of(SkillResult.Success(Payload.Unknown)), "OK"),
        ("returns a blob's look-alike", TwinAnswer.Ok("""{"$blob":"sha256:00","bytes":1}"""), "OK"),
        ("breaks its own schema", TwinAnswer.Ok("17"), "INVALID_OUTPUT"),
        ("pays back", TwinAnswer.Of(SkillResult.Success(Payload.Empty) with { Cost = new Money(-1) }),
            "INTERNAL_ERROR"),
        ("costs more than there is",
            TwinAnswer.Of(SkillResult.Success(Payload.Empty) with { Cost = new Money(long.MaxValue) }),
            "INTERNAL_ERROR"),
        ("costs more than it said", TwinAnswer.Ok(cents: 3), "COST_CEILING_BROKEN"),
        ("asks to wait for ever", TwinAnswer.Fail("HTTP_503", retryAfter: TimeSpan.MaxValue), "HTTP_503"),
        ("asks to have waited", TwinAnswer.Fail("HTTP_400", retryAfter: TimeSpan.MinValue), "HTTP_400"),
        ("hangs", TwinAnswer.Hangs(), "TIMEOUT"),
        ("hangs and does not stop", TwinAnswer.HangsForever(), "TIMEOUT"),
        ("blocks its thread",
            TwinAnswer.By(
                (_, _) => { Blocked.Wait(CancellationToken.None); return new ValueTask<SkillResult>(
                    (SkillResult)null!); }), "TIMEOUT"),
        ("throws where it is told to stop", TwinAnswer.By(async (_, cancel) =>
        {
            cancel.Register(() => throw new InvalidOperationException("from a callback"));
            _registered.TrySetResult();
            return await new TaskCompletionSource<SkillResult>().Task;
        }), "TIMEOUT"),
        ("answers after its time", TwinAnswer.By(async (_, cancel) =>
        {
            var told = new TaskCompletionSource();
            cancel.Register(() => told.SetResult());
            await told.Task;
            return SkillResult.Success(Payload.Empty);
        }), "OK"),
    ];

    private static readonly (string Name, Payload Input, string? Code)[] Inputs =
    [
        ("empty", Payload.Empty, null),
        ("plain", RuntimeBench.Json("""{"a":[1,2.50,null,"ü"]}"""), null),
        ("an expression's look-alike",
            RuntimeBench.Json("""{"a":"${steps.call.result} $${x} ${","b":"$$${y}"}"""), null),
        ("an escaped expression", RuntimeBench.Json("""{"a":"\u0024{input}"}"""), null),
        ("lines", RuntimeBench.Json("{\n\t\"a\":\n1}"), null),
        ("32 levels", RuntimeBench.Json("{\"a\":" + new string('[', 31) + new string(']', 31) + "}"), null),
        ("a blob's look-alike inside", RuntimeBench.Json("""{"a":{"$blob":"sha256:00"}}"""), null),
        ("a list", RuntimeBench.Json("[]"), "INVALID_INPUT"),
        ("null", Payload.Null, "INVALID_INPUT"),
        ("10,000 levels", RuntimeBench.Json(new string('[', 10_000)), "INVALID_INPUT"),
        ("a blob's look-alike", RuntimeBench.Json("""{"$blob":"x"}"""), "INVALID_INPUT"),
        ("a blob", Payload.FromBlob(new BlobRef(Digest.Of([1]), 1)), "INVALID_INPUT"),
        ("a lone surrogate", RuntimeBench.Json("{\"a\":\"\\udfff\"}"), "INVALID_INPUT"),
        ("a name twice", RuntimeBench.Json("""{"a":1,"a":2}"""), "INVALID_INPUT"),
        ("no JSON", RuntimeBench.Json("{"), "INVALID_INPUT"),
        ("invalid UTF-8",
            Payload.FromUtf8(new byte[] { (byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}' }),
            "INVALID_INPUT"),
    ];

    public static TheoryData<string> Names => [.. Behaviours.Select(one => one.Name)];

    [Theory, MemberData(nameof(Names))]
    public Task A_hostile_skill_ends_in_an_outcome_of_the_right_code(string name) =>
        CheckAsync(Behaviours.Single(one => one.Name == name), Inputs[1], EffectClass.Read);

    [Fact]
    public async Task Any_skill_with_any_input_in_any_effect_class_ends_in_an_outcome() =>
        await Gen.Select(Gen.Int[0, Behaviours.Length - 1], Gen.Int[0, Inputs.Length - 1], Gen.Enum<EffectClass>())
            .SampleAsync(
                (behaviour, input, effect) => CheckAsync(Behaviours[behaviour], Inputs[input], effect),
                iter: 150, threads: 1);

    [Fact]
    public async Task An_inline_skill_that_does_not_answer_at_once_is_given_up_like_any_other()
    {
        await using var bench = new RuntimeBench();
        var inline = new ScriptedSkill(bench.Pure.Contract with { Name = SkillName.Parse("inline") }, bench.Time)
        {
            IsInline = true
        };
        bench.Skills.Add(inline.Answers(TwinAnswer.HangsForever()));
        var call = bench.Runtime
            .ExecuteAsync(
                bench.Call("inline") with { TimeoutMs = TimeoutMs, MaxAttempts = 1 }, CancellationToken.None).AsTask();
        await inline.WhenCalledAsync();
        bench.Time.Advance(TimeSpan.FromMilliseconds(TimeoutMs));
        await bench.Time.WhenArmedAsync(TimeSpan.FromSeconds(2));
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("TIMEOUT", (await call).Code.Value);
    }

    [Fact]
    public async Task A_paid_call_whose_answer_nobody_heard_counts_as_much_as_was_held_for_it()
    {
        await using var bench = new RuntimeBench();
        bench.Paid.Answers(TwinAnswer.Hangs());
        var call = bench.Runtime
            .ExecuteAsync(
                bench.Call("paid") with { TimeoutMs = TimeoutMs, MaxAttempts = 1 }, CancellationToken.None).AsTask();
        await bench.Paid.WhenCalledAsync();
        bench.Time.Advance(TimeSpan.FromMilliseconds(TimeoutMs));
        var outcome = await call;
        Assert.Equal("TIMEOUT", outcome.Code.Value);
        Assert.Equal(Money.FromCents(10), outcome.Execution!.Cost);
    }

    private static async Task CheckAsync(
        (string Name, TwinAnswer Answer, string Code) behaviour, (string Name, Payload Input, string? Code) input,
        EffectClass effect)
    {
        await using var bench = new RuntimeBench();
        var skill = bench.Skill("hostile", effect).Answers(behaviour.Answer);
        bench.Skills.Add(skill);
        var call = bench.Runtime.ExecuteAsync(new()
        {
            Skill = SkillRef.Parse("hostile"),
            Input = input.Input,
            Profile = bench.Profile,
            TimeoutMs = TimeoutMs,
            MaxAttempts = 1,
        }, CancellationToken.None).AsTask();
        Blocked.Reset();
        _registered = new TaskCompletionSource();
        if (behaviour.Code == "TIMEOUT" || behaviour.Name == "answers after its time")
            await PassTimeAsync(
                bench, skill, call, isStubborn: behaviour.Code == "TIMEOUT" && behaviour.Name != "hangs",
                throwsLater: behaviour.Name.StartsWith("throws where", StringComparison.Ordinal));
        var outcome = await call.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        if (input.Code is not null)
        {
            Assert.Equal(input.Code, outcome.Code.Value);
            Assert.Empty(skill.Calls);
            return;
        }
        // A call that cannot be repeated, and of which nobody knows what it did, is unknown rather than failed.
        var isUnknown = effect == EffectClass.Once
            && (behaviour.Code is "TIMEOUT" or "INTERNAL_ERROR" || behaviour.Name == "fails with an undefined effect");
        Assert.True(
            outcome.Code.Value == (isUnknown ? "OUTCOME_UNKNOWN" : behaviour.Code),
            $"{outcome.Code}: {outcome.Message}");
        Assert.Equal(behaviour.Code == "OK" ? OutcomeStatus.Success
            : isUnknown ? OutcomeStatus.Unknown : OutcomeStatus.Failure, outcome.Status);
        Assert.Single(skill.Calls);
        var report = await bench.Runtime.ReportAsync(outcome.RunId!.Value, CancellationToken.None);
        Assert.True(report.Succeeded, $"{behaviour.Name}: {report.Outcome.Message}");
        Assert.Equal(
            behaviour.Code == "OK" ? RunStatus.Completed : isUnknown ? RunStatus.Waiting : RunStatus.Failed,
            report.Value!.Status);
        // Nothing of this process's memory: another one reads the same, and finds the same decisions.
        bench.Open();
        await bench.VerifyAsync(outcome.RunId.Value);
        Assert.Empty(await bench.MemoryOf().CheckAsync(CancellationToken.None));
    }

    private static async Task PassTimeAsync(
        RuntimeBench bench, ScriptedSkill skill, Task call, bool isStubborn, bool throwsLater)
    {
        if (await Task.WhenAny(call, skill.WhenCalledAsync()) == call) return;
        if (throwsLater) await _registered.Task;
        bench.Time.Advance(TimeSpan.FromMilliseconds(TimeoutMs));
        if (!isStubborn) return;
        await bench.Time.WhenArmedAsync(TimeSpan.FromSeconds(2));
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        await call;
        Blocked.Set();
    }

    private static TwinAnswer Bytes(ReadOnlySpan<byte> json) =>
        TwinAnswer.Of(SkillResult.Success(Payload.FromUtf8(json.ToArray())));
}
