using System.Text;
using Aos.Contracts;
using Aos.Contracts.Budgets;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Runtime.Journals;
using Aos.Testing.Runs;

namespace Aos.Tests.Kernel;

/// <summary>Every case of a closed family goes through every switch, and every event through its JSON.</summary>
public sealed class ClosedFamilyTests
{
    private static readonly Dictionary<Type, object> Samples = new()
    {
        [typeof(string)] = "tëxt \"😀\" \u2028 <&>",
        [typeof(int)] = 3,
        [typeof(long)] = 4_000_000_000L,
        [typeof(double)] = 0.1 + 0.2,
        [typeof(bool)] = true,
        [typeof(DateTimeOffset)] = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero).AddTicks(10),
        [typeof(RunId)] = RunId.Parse("run_00000000"),
        [typeof(StepId)] = StepId.Parse("step"),
        [typeof(Digest)] = Digest.Of("x"u8),
        [typeof(ErrorCode)] = ErrorCode.Parse("CODE"),
        [typeof(SkillName)] = SkillName.Parse("skill"),
        [typeof(SkillVersion)] = SkillVersion.Parse("1.2.3-beta.1"),
        [typeof(Money)] = new Money(12_345_678_901),
        [typeof(Payload)] = Payload.FromUtf8("{\"z\" : [1.0, 1e400, null, \"\\u00e9\"],\t\"a\": 1}"u8.ToArray()),
        [typeof(ApprovalId)] = ApprovalId.TryParse("apr_0123456789abcdef", out var id) ? id : default,
        [typeof(RunHold)] = new RunHold
        {
            Amount = new Money(7),
            Day = "2026-11-23",
            Limits = [new LedgerLimit { Scope = LedgerScope.Agent, Period = LedgerPeriod.Month, Limit = new Money(9) }],
            Learned = [new LearnedCost { Skill = SkillRef.Parse("ask@1.0.0"), P95 = new Money(3), Calls = 20 }],
        },
        [typeof(SignalName)] = SignalName.Parse("go.on:1"),
        [typeof(Aos.Contracts.Policies.Policy)] = SamplePolicy,
        [typeof(ValueList<Aos.Contracts.Policies.Policy>)] = (ValueList<Aos.Contracts.Policies.Policy>)[SamplePolicy],
        [typeof(ValueList<Aos.Contracts.Policies.PinnedZone>)] = (ValueList<Aos.Contracts.Policies.PinnedZone>)
            [new Aos.Contracts.Policies.PinnedZone { Zone = "Z",
                Offsets = [new Aos.Contracts.Policies.ZoneOffset { From = DateTimeOffset.UnixEpoch, Minutes = -90 }] }],
        [typeof(ValueList<Aos.Contracts.Policies.AppliedRule>)] = (ValueList<Aos.Contracts.Policies.AppliedRule>)
            [new Aos.Contracts.Policies.AppliedRule { Policy = "p", Version = 2, Rule = "r",
                Verdict = Aos.Contracts.Policies.RuleVerdict.RequireApproval, Uncertain = true }],
        [typeof(ValueList<string>)] = (ValueList<string>)["ann"],
        [typeof(Principal)] = new Principal { Subject = "ann", Roles = ["owner"] },
        [typeof(ValueList<Problem>)] = (ValueList<Problem>)[new Problem("/a~1b", ErrorCode.Parse("C"), "m")],
        [typeof(ValueList<QuotedWay>)] = (ValueList<QuotedWay>)[
            new QuotedWay { Name = "w", Code = ErrorCode.Parse("C"), Worst = new Money(5), On = ["limit"] }],
        [typeof(ValueList<SideEffect>)] =
            (ValueList<SideEffect>)[new SideEffect { Type = "t", Target = "x", Reversible = true }],
    };

    private static Aos.Contracts.Policies.Policy SamplePolicy => AosJson.Read<Aos.Contracts.Policies.Policy>("""
        {"policy":"p","version":1,"rules":[{"id":"r","verdict":"deny","match":{"skills":["x@1"],"cost_above_cents":1.5,
          "input":[{"path":"/a","any_of":[1]}],"times":[{"zone":"Z","days":["mon"],"from":"08:00"}]}}]}
        """u8);

    private static IEnumerable<Type> CasesOf(Type family) =>
        family.GetNestedTypes().Where(type => type is { IsAbstract: false } && type.IsSubclassOf(family));

    public static TheoryData<Type> Events() => [.. CasesOf(typeof(RunEvent))];

    // One of every member, or only of those that must be there.
    private static RunEvent Make(Type type, bool full)
    {
        var made = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties().Where(property => property.CanWrite))
        {
            var required =
                property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute), inherit: false);
            var kind = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (full || required)
                property.SetValue(made, kind.IsEnum ? Enum.GetValues(kind).GetValue(1) : Samples[kind]);
        }
        return (RunEvent)made;
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void Every_event_reads_back_byte_for_byte(Type type)
    {
        foreach (var full in (bool[])[true, false])
        {
            var made = Make(type, full);
            var bytes = AosJson.Write(made);

            var read = AosJson.Read<RunEvent>(bytes);

            Assert.IsType(type, read);
            Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(AosJson.Write(read)));
            Assert.Equal(made, read);
        }
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void Every_event_is_one_line_of_the_journal_and_its_large_payloads_become_blobs(Type type)
    {
        var made = Make(type, full: true);
        var large = Payload.FromUtf8(Encoding.UTF8.GetBytes($"\"{new string('x', EventCodec.InlineBytesMax)}\""));
        var big = Make(type, full: true);
        var payloads = type.GetProperties().Where(property => property.PropertyType == typeof(Payload)).ToList();
        foreach (var property in payloads) property.SetValue(big, large);
        List<Aos.Abstractions.Storage.Blob> blobs = [];

        var read = EventCodec.Decode(EventCodec.Encode(HashChain.Genesis.Span, [made, big], blobs).Events.Span);

        Assert.Equal(made, read[0]);
        Assert.Equal(payloads.Count, blobs.Count);
        foreach (var payload in EventCodec.PayloadsOf(read[1]))
            if (!payload.IsComplete) payload.Complete(large.Utf8);
        Assert.Equal(big, read[1]);
        Assert.Equal(payloads.Count, EventCodec.PayloadsOf(read[1]).Length);
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void The_journal_has_the_bytes_of_the_serializer(Type type)
    {
        RunEvent[] cases = [Make(type, full: true), Make(type, full: false)];
        foreach (var e in cases)
        {
            var plain = e is RunEvent.AttemptReturned returned ? returned with { Problems = [], SideEffects = [] } : e;
            Assert.All(new[] { e, plain }, one =>
                Assert.Equal(
                    Encoding.UTF8.GetString(AosJson.Write(one)),
                    Encoding.UTF8.GetString(EventCodec.Encode(HashChain.Genesis.Span, [one], []).Events.Span)));
        }
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void What_is_read_by_hand_is_what_the_serializer_reads(Type type)
    {
        var isHot = type == typeof(RunEvent.AttemptStarted) || type == typeof(RunEvent.AttemptReturned)
            || type == typeof(RunEvent.StepEnded);
        RunEvent[] cases = [Make(type, full: true), Make(type, full: false)];
        foreach (var e in cases)
        {
            var plain = e is RunEvent.AttemptReturned returned ? returned with { Problems = [], SideEffects = [] } : e;
            Assert.All(new[] { e, plain }, one => Assert.Equal(one, new EventReader().Read(AosJson.Write(one))));
            Assert.Equal(isHot, new EventReader().TryReadByHand(AosJson.Write(plain)) is not null);
        }
    }

    [Fact]
    public void Every_value_of_what_is_read_by_hand_comes_back()
    {
        var reader = new EventReader();
        foreach (var effect in Enum.GetValues<EffectClass>())
            foreach (var e in (RunEvent[])[.. ReturnedWith(effect)])
                Assert.Equal(e, reader.TryReadByHand(AosJson.Write(e)));

        IEnumerable<RunEvent> ReturnedWith(EffectClass effect)
        {
            yield return (RunEvent.AttemptStarted)Make(typeof(RunEvent.AttemptStarted), full: true) with
            {
                Effect = effect,
                StepId = StepId.Parse($"s_{effect}")
            };
            foreach (var status in Enum.GetValues<OutcomeStatus>())
                foreach (var state in Enum.GetValues<EffectState>())
                    yield return (RunEvent.AttemptReturned)Make(typeof(RunEvent.AttemptReturned), full: false) with
                    {
                        Status = status,
                        Effect = state
                    };
        }
    }

    [Theory]
    [InlineData("""{"type":"step_ended","step_id":"a","status":"success","code":"OK","at":"2026-01-02T03:04:05.000000Z","more":1}""", true)]
    [InlineData(
        """{"step_id":"a","type":"step_ended","status":"success","code":"OK","at":"2026-01-02T03:04:05.000000Z"}""",
        true)]
    [InlineData(
        """{"type":"step_ended","status":"success","step_id":"a","code":"OK","at":"2026-01-02T03:04:05.000000Z"}""",
        true)]
    [InlineData(
        """{"type":"step_ended","step_id":"a","status":"success","code":"OK","at":"2026-01-02T03:04:05.000000Z"} {}""",
        false)]
    [InlineData(
        """{"type":"step_ended","step_id":"a b","status":"success","code":"OK","at":"2026-01-02T03:04:05.000000Z"}""",
        false)]
    [InlineData(
        """{"type":"step_ended","step_id":"a","status":"fine","code":"OK","at":"2026-01-02T03:04:05.000000Z"}""",
        false)]
    [InlineData("""{"type":"step_ended","step_id":"a","code":"OK","at":"2026-01-02T03:04:05.000000Z"}""", false)]
    [InlineData("""{"type":"step_ended","step_id":"a","status":"success","code":"OK","at":"2026-01-02""", false)]
    [InlineData("""{"type":"attempt_started","step_id":"a","attempt":"1"}""", false)]
    [InlineData("""["type"]""", false)]
    [InlineData("{", false)]
    [InlineData("", false)]
    public void A_line_that_is_written_otherwise_is_left_to_the_serializer(string line, bool isEvent)
    {
        var bytes = Encoding.UTF8.GetBytes(line);

        Assert.Null(new EventReader().TryReadByHand(bytes));
        if (isEvent) Assert.Equal("a", Assert.IsType<RunEvent.StepEnded>(new EventReader().Read(bytes)).StepId.Value);
        else Assert.Throws<System.Text.Json.JsonException>(() => new EventReader().Read(bytes));
    }

    [Fact]
    public void A_payload_with_line_breaks_keeps_its_event_on_one_line()
    {
        var broken = Facts.Returned("a", "{\r\n  \"text\": \"x\\ny\",\n  \"n\": 1\n}");

        var read = (RunEvent.AttemptReturned)Assert.Single(
            EventCodec.Decode(EventCodec.Encode(HashChain.Genesis.Span, [broken], []).Events.Span));

        Assert.True(System.Text.Json.JsonElement.DeepEquals(broken.Result!.Element, read.Result!.Element));
        Assert.DoesNotContain((byte)'\r', AosJson.Write<RunEvent>(broken));
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void Every_event_has_a_line(Type type) => Assert.NotEmpty(Make(type, full: true).Line());

    [Fact]
    public void Every_event_is_folded_and_every_effect_performed()
    {
        var (events, effects) = (new HashSet<Type>(), new HashSet<Type>());
        foreach (var run in (ScriptedRun[])[Everything(), Cancelled(), Forked(), Planned(), Bound(), Paced()])
        {
            Assert.Equal(run.Journal.Count, RunState.Fold(run.Documents, run.Journal).Seq);
            events.UnionWith(run.Journal.Select(e => e.GetType()));
            effects.UnionWith(run.Effects.Select(effect => effect.GetType()));
            Assert.All(run.Effects, effect => Assert.Equal(MustWait(effect), effect.WaitsForDurability));
        }

        Assert.Empty(CasesOf(typeof(RunEvent)).Except(events));
        Assert.Empty(CasesOf(typeof(Effect)).Except(effects));
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void Every_fact_is_taken_or_ignored_in_any_state(Type type)
    {
        if (Make(type, full: true) is not RunEvent.Fact fact) return;
        // The shell loads the documents that a fact names before the kernel sees it.
        if (fact is RunEvent.RunForked forked) fact = forked with { Plan = null };
        foreach (var run in (ScriptedRun[])[Everything(), Cancelled(), Forked(), Planned(), Bound(), Paced()])
            for (var length = 1; length <= run.Journal.Count; length++)
                Assert.NotNull(RunKernel.Advance(RunState.Fold(run.Documents, run.Journal.Take(length)), fact).State);
    }

    private static bool MustWait(Effect effect) => effect switch
    {
        Effect.InvokeSkill invoke => invoke.Skill.Name.Value is not ("read" or "pure" or "quoted"),
        Effect.CancelAttempt or Effect.QuoteCall or Effect.BookSlot => false,
        _ => true,
    };

    private static ScriptedRun Everything()
    {
        var run = new ScriptedRun(RunScenario.OfGoal("g"), new ScriptedWorld()
            .Plans(ScriptedPlan.Of("""
                {"steps":[{"id":"a","skill":"read","for_each":"[`1`]"},{"id":"b","skill":"send","approval":{}},
                          {"id":"c","skill":"paid","on_failure":{"fallback":{"skill":"store"}}},{"id":"step","skill":"pure"},{"id":"w","wait":{"signal":"s"}},{"id":"q","skill":"quoted"}]}
                """)).Signals("s", new ScriptedSignal())
            .On("a", ScriptedAnswer.Fail("HTTP_503"), ScriptedAnswer.Ok()).On("c", ScriptedAnswer.Fail("HTTP_404"))
            .On("b", ScriptedAnswer.Fail("HTTP_500")).Decides("b", new ScriptedDecision(true))).Submit();
        run.Go(r => r.State.Attempts > 2);
        run.Crash();
        run.Go(r => r.State.WaitingFor == WaitReason.UnknownOutcome);
        run.Feed(Facts.Settled("b", happened: false));
        return run.Go();
    }

    private static ScriptedRun Forked()
    {
        var run = new ScriptedRun(
            RunScenario.Of("""{"steps":[{"id":"step","skill":"read"},{"id":"b","skill":"put"}]}""")).Submit();
        run.Feed(Facts.Forked(run.State.Submitted!, run.State.Seq));
        return run.Go();
    }

    private static ScriptedRun Bound()
    {
        var policy = AosJson.Read<Aos.Contracts.Policies.Policy>(
            """{"policy":"p","version":1,"rules":[{"id":"r","verdict":"deny"}]}"""u8);
        var run = new ScriptedRun(RunScenario.Of(
            """{"steps":[{"id":"step","skill":"send","approval":{"escalate":{"after_ms":10,"role":"boss"}}}]}""")).Submit();
        run.Feed(new RunEvent.TimeReached { At = run.State.NextWake!.Value });
        run.Feed(new RunEvent.PolicyTightened { At = run.State.LastAt, Policy = policy, By = "ann" });
        return run.Go();
    }

    private static ScriptedRun Paced() =>
        ScriptedRun.Of(RunScenario.Of("""{"steps":[{"id":"step","skill":"put"}]}""").Limited(contract => contract with
        {
            Rates = [
            new Aos.Contracts.Agents.RateLimit
            {
                Calls = 1,
                PerSeconds = 1,
                Scope = Aos.Contracts.Agents.RateScope.Tenant
            }],
        }));

    private static ScriptedRun Planned()
    {
        var scenario = RunScenario.OfGoal("g", Aos.Contracts.Agents.PlannerMode.Iterative)
            .Limited(c => c with { MaxPlanRepairs = 2 }) with
        {
            Planning = new Aos.Contracts.Agents.PlanningTerms { WorstCost = Money.FromCents(5), MaxRepairs = 2 },
        };
        var run = new ScriptedRun(scenario, new ScriptedWorld().On("step", ScriptedAnswer.Fail("HTTP_404")).Plans(
            ScriptedPlan.Fail("PLANNER_INVALID_PLAN"), ScriptedPlan.Fail("HTTP_503"),
            ScriptedPlan.Of("""{"steps":[{"id":"step","skill":"read"}]}"""), ScriptedPlan.Done)).Submit();
        run.Crash();
        return run.Go();
    }

    private static ScriptedRun Cancelled()
    {
        var run = new ScriptedRun(
            RunScenario.Of("""{"steps":[{"id":"step","skill":"read"},{"id":"b","skill":"send"}]}""")).Submit();
        run.Feed(Facts.Cancel());
        return run.Go();
    }
}
