using System.Collections;
using System.Reflection;
using System.Text;
using Aos.Contracts;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Replay;
using Aos.Kernel.Runs;
using Aos.Testing.Runs;
using CsCheck;

namespace Aos.Tests.Kernel;

/// <summary>What holds for every run: random plans, limits and worlds, with crashes, cancellations and facts that come
/// twice, late or from nowhere.</summary>
public sealed class KernelProperties
{
    private const int Runs = 1_500;

    [Fact]
    public void Every_run_settles_within_its_limits() => RandomRun.Gen.Sample(random =>
    {
        var watch = new Watch(random);
        var run = Play(random, watch.See);

        Assert.NotNull(run.State.Ended);
        watch.AtEnd(run);
    }, iter: Runs);

    [Fact]
    public void Folding_what_was_journaled_gives_the_state_that_was_reached_from_any_prefix() =>
        RandomRun.Gen.Sample(random =>
    {
        var run = Play(random);
        var journal = run.Journal.Select(e => AosJson.Read<RunEvent>(AosJson.Write(e))).ToList();
        var reached = Describe(run.State);

        Assert.Equal(reached, Describe(RunState.Fold(run.Documents, journal)));
        foreach (var cut in (int[])[1, journal.Count / 3, journal.Count / 2, journal.Count - 1])
        {
            var prefix = RunState.Fold(run.Documents, journal.Take(cut));
            var before = Describe(prefix);
            Assert.Equal(reached, Describe(prefix.FoldOn(journal.Skip(cut))));
            Assert.Equal(before, Describe(prefix)); // A state never changes once it was seen.
        }
    }, iter: Runs / 3);

    [Fact]
    public void A_journal_as_stored_verifies_to_parity() => RandomRun.Gen.Sample(random =>
    {
        var run = Play(random);
        var report = JournalVerifier.Verify(run.State.Submitted!.RunId, run.Documents,
            [.. run.Journal.Select(e => AosJson.Read<RunEvent>(AosJson.Write(e)))]);

        Assert.True(report.Parity, report.FirstDivergence?.ToString());
        Assert.Equal(run.Journal.Count, report.EventsCompared);
        Assert.Equal(run.State.Ended!.BehaviourDigest, report.BehaviourDigest);
    }, iter: Runs / 3);

    [Fact]
    public void A_behaviour_digest_is_that_of_the_canonical_document() => RandomRun.Gen.Sample(random =>
    {
        var state = Play(random).State;
        var document = BehaviourDigest.Document(state, state.Ended!.Status, state.Ended.Code);

        Assert.Equal(Digest.Of(CanonicalJson.ToBytes(document)), state.Ended.BehaviourDigest);
    }, iter: Runs / 5);

    [Fact]
    public void A_run_whose_world_answers_alike_behaves_alike() => RandomRun.Gen.Sample(random =>
        Assert.Equal(Play(random).Journal.Lines(), Play(random).Journal.Lines()), iter: Runs / 5);

    [Fact]
    public void States_that_were_seen_never_change() => RandomRun.Gen.Sample(random =>
    {
        var seen = new List<(RunState State, string Text)>();
        Play(random, (_, transition) => seen.Add((transition.State, Describe(transition.State))));

        foreach (var (state, text) in seen.TakeLast(40)) Assert.Equal(text, Describe(state));
    }, iter: Runs / 10);

    [Fact]
    public void No_fact_in_any_state_throws() =>
        Gen.Select(RandomRun.Gen, RandomFact.Array[1, 8]).Sample((random, facts) =>
    {
        Play(random, (_, transition) =>
        {
            foreach (var fact in facts)
                Assert.NotNull(
                    RunKernel.Advance(
                        transition.State, fact with { At = transition.State.LastAt.AddSeconds(2) }).State);
        });
    }, iter: Runs / 3);

    private static readonly Gen<StepId> SomeStep = Gen.OneOf("s0", "s1", "s2", "s3", "next", "zz").Select(StepId.Parse);

    private static readonly Gen<RunEvent.Fact> RandomFact = Gen.OneOf<RunEvent.Fact>(
        Gen.Select(SomeStep, Gen.Int[-2, 4], Gen.Int[-1, 4], Gen.Enum<OutcomeStatus>(), Gen.Long[0, 200_000_000])
            .Select((step, item, attempt, status, cost) =>
            (RunEvent.Fact)new RunEvent.AttemptReturned
            {
                StepId = step,
                Item = item == -2 ? null : item,
                Attempt = attempt,
                Status = status,
                Code = ErrorCode.Parse("HTTP_503"),
                Cost = new Money(cost),
            }),
        Gen.Select(SomeStep, Gen.Int[-2, 4], Gen.Bool).Select((step, item, happened) =>
            (RunEvent.Fact)new RunEvent.OutcomeSettled
            {
                StepId = step,
                Item = item == -2 ? null : item,
                Happened = happened,
                By = "x"
            }),
        Gen.Select(SomeStep, Gen.Int[-2, 4], Gen.Int[-1, 4], Gen.Int[0, 3])
            .Select((step, item, attempt, ways) => (RunEvent.Fact)new RunEvent.CallQuoted
            {
                StepId = step,
                Item = item == -2 ? null : item,
                Attempt = attempt,
                Code = ways == 0
                    ? Aos.Contracts.Failures.ErrorCodes.UnknownModel : Aos.Contracts.Failures.ErrorCodes.Ok,
                Ways = [.. Enumerable.Range(0, ways).Select(i => Facts.Way($"x{i}", i, "transient"))],
            }),
        Gen.Select(SomeStep, Gen.Int[-2, 4], Gen.Int[-5, 5], Gen.Bool)
            .Select((step, item, seconds, booked) => (RunEvent.Fact)new RunEvent.SlotAnswered
            {
                StepId = step,
                Item = item == -2 ? null : item,
                SlotAt = new RunScenario().Start.AddSeconds(seconds),
                Booked = booked,
            }),
        Gen.Const((RunEvent.Fact)new RunEvent.TimeReached()),
        Gen.Const((RunEvent.Fact)new RunEvent.CancelRequested { By = "x" }),
        Gen.Int[0, 3].Select(
            key => (RunEvent.Fact)new RunEvent.SignalReceived
            {
                Name = SignalName.Parse("go"),
                By = "x",
                Key = key == 0 ? null : $"{key}"
            }),
        Gen.Int[0, 4].Select(epoch => (RunEvent.Fact)new RunEvent.RunRecovered { Epoch = epoch }),
        Gen.Int[0, 4].Select(
            round => (RunEvent.Fact)new RunEvent.PlannerAnswered
            {
                Round = round,
                Code = Aos.Contracts.Failures.ErrorCodes.Ok
            }));

    /// <summary>Plays a run with its troubles, then without any, until it has settled.</summary>
    private static ScriptedRun Play(RandomRun random, Action<RunEvent.Fact, Transition>? observer = null)
    {
        var run = new ScriptedRun(random.Scenario, new RandomWorld(random)) { Observer = observer }.Submit();
        for (var i = 0; i < random.Trouble && run.State.Ended is null; i++)
        {
            if (!run.Step()) break;
            Disturb(run, random.Draw($"trouble {i}"));
        }
        for (var i = 0; i < 500 && run.State.Ended is null; i++)
        {
            run.Go();
            if (Unsettled(run.State) is { } key)
                run.Feed(
                    new RunEvent.OutcomeSettled
                    {
                        StepId = key.Step,
                        Item = key.Item,
                        Happened = i % 2 == 0,
                        By = "x"
                    });
            else if (run.State.Ended is null) run.Step(); // Nobody decides on an approval: it expires.
        }
        return run;
    }

    private static void Disturb(ScriptedRun run, ulong draw)
    {
        switch (draw & 31)
        {
            case 0: run.Crash(); break;
            case 1 when (draw >> 8 & 3) == 0: run.Feed(Facts.Cancel()); break;
            case 2 or 3 or 4:
                var facts = run.Journal.OfType<RunEvent.Fact>().ToList();
                run.Feed(facts[(int)((draw >> 8) % (ulong)facts.Count)] with { At = run.Now });
                break;
            case 5 when Unsettled(run.State) is { } key:
                run.Feed(
                    new RunEvent.OutcomeSettled
                    {
                        StepId = key.Step,
                        Item = key.Item,
                        Happened = (draw & 256) == 0,
                        By = "x"
                    });
                break;
            case 6: run.Feed(new RunEvent.TimeReached()); break;
            default: break;
        }
    }

    private static CallKey? Unsettled(RunState state)
    {
        foreach (var call in state.Steps.SelectMany(step => step.Calls))
            if (state.Ended is null && call.Phase == CallPhase.AwaitingSettlement) return call.Key;
        return null;
    }

    /// <summary>All that can be seen of a state, as text.</summary>
    private static string Describe(object? value)
    {
        var text = new StringBuilder();
        Describe(value, text, "");
        return text.ToString();
    }

    private static void Describe(object? value, StringBuilder text, string indent)
    {
        switch (value)
        {
            case RunEvent e: text.Append(Encoding.UTF8.GetString(AosJson.Write(e))); break;
            case RunState or StepState or CallState or AttemptRecord:
                foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
                {
                    if (property.Name is "Documents" or "Program" or "Settings" or "Contract" or "Catalog") continue;
                    text.Append('\n').Append(indent).Append(property.Name).Append(": ");
                    Describe(property.GetValue(value), text, indent + "  ");
                }
                break;
            case IEnumerable list and not string:
                foreach (var item in list) Describe(item, text, indent + "- ");
                break;
            case IFormattable number: text.Append(number.ToString(null, null)); break;
            default: text.Append(value); break;
        }
    }

    /// <summary>Watches one run for what must hold after every event.</summary>
    private sealed class Watch(RandomRun random)
    {
        private readonly Dictionary<string, (CallKey, bool)> _keys = new(StringComparer.Ordinal);
        private RunState? _before;

        public void See(RunEvent.Fact fact, Transition transition)
        {
            var state = transition.State;
            // Events that a transition makes are seen one by one, as they would be from the journal.
            var step = _before ?? RunState.Empty(state.Documents);
            foreach (var e in transition.Events)
            {
                var next = step.FoldOn([e]);
                Assert.True(next.Spent >= step.Spent, "Spend falls.");
                if (!random.Iterative)
                    Assert.True(
                        next.Spent + next.Reserved <= next.Contract.Budget, "More is spent and held than there is.");
                Assert.True(next.Reserved >= Money.Zero);
                Assert.InRange(next.InFlight, 0, random.Parallel);
                Assert.InRange(next.Attempts, 0, random.Attempts);
                Assert.Equal(next.Steps.Sum(s => s.Calls.Count(c => c.Phase == CallPhase.InFlight)), next.InFlight);
                Assert.Equal(next.Steps.Count(s => !s.IsEnded), next.OpenSteps);
                step = next;
            }
            Assert.Equal(Describe(state), Describe(step));
            foreach (var effect in transition.Effects.OfType<Effect.InvokeSkill>()) SeeKey(state, effect);
            AssertNotStuck(state);
            if (transition.Events.Any(e => e is RunEvent.RunStopping))
                Assert.DoesNotContain(transition.Events.SkipWhile(e => e is not RunEvent.RunStopping), IsStart);
            else if (_before?.Stopping is not null) Assert.DoesNotContain(transition.Events, IsStart);
            _before = state;
        }

        private static bool IsStart(RunEvent e) =>
            e is RunEvent.AttemptStarted or RunEvent.RetryScheduled or RunEvent.FallbackChosen
            or RunEvent.ApprovalRequested or RunEvent.WaitStarted or RunEvent.StepExpanded or RunEvent.PlanRequested
            or RunEvent.PlanAccepted or RunEvent.SettlementRequested
            or RunEvent.QuoteRequested or RunEvent.SlotRequested;

        private void SeeKey(RunState state, Effect.InvokeSkill invoke)
        {
            var key = Identity.IdempotencyKey(state.Submitted!, invoke.Call, invoke.IsFallback);
            if (_keys.TryGetValue(key, out var known)) Assert.Equal((invoke.Call, invoke.IsFallback), known);
            else Assert.DoesNotContain((invoke.Call, invoke.IsFallback), _keys.Values);
            _keys[key] = (invoke.Call, invoke.IsFallback);
        }

        private static void AssertNotStuck(RunState state)
        {
            if (state.Ended is not null) return;
            var calls = state.Steps.SelectMany(s => s.Calls).ToList();
            var waitsForPerson = calls.Any(
                c => c.Phase is CallPhase.AwaitingApproval or CallPhase.AwaitingSettlement or CallPhase.AwaitingSignal);
            var isAsking = calls.Any(c => c.Phase is CallPhase.Quoting or CallPhase.AwaitingSlot);
            Assert.True(
                state.InFlight > 0 || state.IsPlanning || isAsking || waitsForPerson || state.NextWake < state.Deadline,
                "The run is stuck.");
            Assert.True(state.InFlight > 0 || state.NextWake is not null, "Nobody will wake the run.");
        }

        public void AtEnd(ScriptedRun run)
        {
            var ended = run.State.Ended!;
            Assert.Equal(0, run.State.InFlight);
            Assert.Equal(Money.Zero, run.State.Reserved);
            Assert.All(run.State.Steps, step => Assert.True(step.IsEnded));
            Assert.Single(run.Effects.OfType<Effect.Finish>());
            AssertEveryAttemptEndedOnce(run.Journal);
            AssertAttemptsWithinRules(run);
            AssertFailureIsTold(run, ended);
        }

        private static void AssertEveryAttemptEndedOnce(List<RunEvent> journal)
        {
            var started = journal.OfType<RunEvent.AttemptStarted>().Select(e => (e.StepId, e.Item, e.Attempt)).ToList();
            var lost = journal.OfType<RunEvent.AttemptLost>().Select(e => (e.StepId, e.Item, e.Attempt)).ToHashSet();
            var returned =
                journal.OfType<RunEvent.AttemptReturned>().Select(e => (e.StepId, e.Item, e.Attempt)).ToList();

            Assert.Equal(started.Count, started.Distinct().Count());
            Assert.Equal(returned.Count, returned.Distinct().Count());
            Assert.Equal(started.OrderBy(x => x.ToString(), StringComparer.Ordinal),
                returned.Where(x => !lost.Contains(x)).Concat(lost).OrderBy(x => x.ToString(), StringComparer.Ordinal));
        }

        private static void AssertAttemptsWithinRules(ScriptedRun run)
        {
            foreach (var variant in run.Attempts.GroupBy(a => (a.Call, a.IsFallback)))
            {
                var most = run.State.Step(variant.Key.Call.Step)!.Program.Source.Retry?.MaxAttempts ?? int.MaxValue;
                // Of several ways each is tried as often as one.
                Assert.InRange(
                    variant.Count(), 1, Math.Min(variant.First().Skill.Cost?.Quoted == true ? 4 * 4 : 4, most));
                if (variant.First().Class == EffectClass.Once) AssertOnlyHarmlessRepeats(run, variant);
            }
        }

        // A call that cannot be repeated is made again only where the one before did nothing, or somebody said so.
        private static void AssertOnlyHarmlessRepeats(ScriptedRun run, IEnumerable<Effect.InvokeSkill> attempts)
        {
            foreach (var attempt in attempts.Skip(1))
            {
                var before = run.Journal.FindLastIndex(
                    e => e is RunEvent.AttemptStarted s && s.StepId == attempt.Call.Step && s.Item == attempt.Call.Item
                        && s.Attempt == attempt.Attempt);
                Assert.Contains(run.Journal.Take(before), e =>
                    (e is RunEvent.AttemptReturned { Effect: EffectState.None } r
                        && (r.StepId, r.Item, r.Attempt) == (attempt.Call.Step, attempt.Call.Item, attempt.Attempt - 1))
                    || (e is RunEvent.OutcomeSettled { Happened: false } o
                        && (o.StepId, o.Item) == (attempt.Call.Step, attempt.Call.Item)));
            }
        }

        private static void AssertFailureIsTold(ScriptedRun run, RunEvent.RunEnded ended)
        {
            var stopping = run.Journal.OfType<RunEvent.RunStopping>().ToList();
            Assert.InRange(stopping.Count, 0, 1);
            if (stopping.Count == 1) Assert.NotEqual(RunStatus.Completed, ended.Status);
            if (stopping.Count == 1)
                Assert.Equal((stopping[0].Code, stopping[0].StepId), (ended.Code, ended.FailedStep));
            Assert.Equal(ended.Status == RunStatus.Cancelled, run.Journal.Any(e => e is RunEvent.CancelRequested));
            foreach (var step in run.State.Steps.Where(
                s => s.Status is OutcomeStatus.Failure or OutcomeStatus.Unknown or OutcomeStatus.Cancelled))
                Assert.True(
                    step.Program.ToleratesFailure || ended.Status != RunStatus.Completed,
                    $"{step.Program.Id} failed, but the run is completed.");
        }
    }
}
