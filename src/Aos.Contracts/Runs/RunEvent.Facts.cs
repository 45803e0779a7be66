using System.Text.Json.Serialization;
using Aos.Contracts.Budgets;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Policies;
using Aos.Contracts.Values;

namespace Aos.Contracts.Runs;

/// <content>What came from outside: the kernel's inputs.</content>
public abstract partial record RunEvent
{
    /// <summary>A run was admitted. The first event of every journal.</summary>
    public sealed record RunSubmitted : Fact
    {
        /// <summary>The run.</summary>
        public required RunId RunId { get; init; }

        /// <summary>The tenant.</summary>
        public required string Tenant { get; init; }

        /// <summary>The agent.</summary>
        public required string AgentId { get; init; }

        /// <summary>What is to be reached; absent where only a plan was given.</summary>
        public string? Goal { get; init; }

        /// <summary>The input of the run.</summary>
        public required Payload Input { get; init; }

        /// <summary>The <see cref="RunSettings"/>, by content.</summary>
        public required Digest Settings { get; init; }

        /// <summary>The <see cref="Plans.PinnedPlan"/>, by content; absent where a planner makes it.</summary>
        public Digest? Plan { get; init; }

        /// <summary>The digest of what was asked, where it was asked under an idempotency key.</summary>
        public Digest? Request { get; init; }

        /// <summary>Who asked for the run, where people are told apart: they approve none of its calls.</summary>
        public string? RequestedBy { get; init; }

        /// <summary>The run that this one repeats, step by step and for real; absent where it repeats none.</summary>
        public RunId? Repeats { get; init; }

        /// <summary>Money that the ledger holds for the run. Absent: nothing is held, and the plan costs nothing; in
        /// runs of before there was a ledger, it may.</summary>
        public RunHold? Hold { get; init; }

        /// <summary>The trace that the run belongs to: 32 hexadecimal digits.</summary>
        public required string TraceId { get; init; }

        /// <summary>The span of whoever asked, as a W3C <c>traceparent</c> of the same trace: the run's spans stand
        /// under it, in every process that goes on with the run. Absent: the run begins its trace.</summary>
        public string? TraceParent { get; init; }
    }

    /// <summary>A planner answered, with a valid plan or with a failure.</summary>
    public sealed record PlannerAnswered : Fact
    {
        /// <summary>Which round of planning, from 1.</summary>
        public required int Round { get; init; }

        /// <summary>The <see cref="Plans.PinnedPlan"/>, by content; absent on failure or when nothing is left to
        /// do.</summary>
        public Digest? Plan { get; init; }

        /// <summary>The code: <c>OK</c> or why there is no plan.</summary>
        public required ErrorCode Code { get; init; }

        /// <summary>What went wrong.</summary>
        public string? Message { get; init; }

        /// <summary>Each mistake of a plan that was refused.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ValueList<Problem> Problems { get; init; }

        /// <summary>The output of the run as a template, from an iterative planner that has nothing left to do. Absent:
        /// the output of its last plan.</summary>
        public Payload? Output { get; init; }

        /// <summary>What was refused, as the planner gave it: an object, or text where it was no JSON object.</summary>
        public Payload? Proposal { get; init; }

        /// <summary>What the planner says of its work, such as model and tokens. Decides nothing.</summary>
        public Payload? Details { get; init; }

        /// <summary>Milliseconds that a planner which is busy asked to wait.</summary>
        public long? RetryAfterMs { get; init; }

        /// <summary>What the answer cost.</summary>
        [JsonPropertyName("cost_cents")]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public Money Cost { get; init; }

        /// <summary>Milliseconds that it took.</summary>
        public double LatencyMs { get; init; }

        /// <summary>Whether its process was going down: nothing was started on it. Absent: it was not.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Draining { get; init; }
    }

    /// <summary>A skill said what an attempt would cost, in each of the ways in which it can be made.</summary>
    public sealed record CallQuoted : Fact
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step, from 0; absent otherwise.</summary>
        public int? Item { get; init; }

        /// <summary>The attempt that it is for, from 1.</summary>
        public required int Attempt { get; init; }

        /// <summary><c>OK</c>, or why the call cannot be made in any way.</summary>
        public required ErrorCode Code { get; init; }

        /// <summary>Why it cannot be made.</summary>
        public string? Message { get; init; }

        /// <summary>Each mistake of the input, by its place.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ValueList<Problem> Problems { get; init; }

        /// <summary>The ways, in the order in which they are tried.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ValueList<QuotedWay> Ways { get; init; }
    }

    /// <summary>An attempt came back.</summary>
    public sealed record AttemptReturned : Fact
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step, from 0; absent otherwise.</summary>
        public int? Item { get; init; }

        /// <summary>Which attempt of the step (or item), from 1.</summary>
        public required int Attempt { get; init; }

        /// <summary>Success, failure, cancelled or unknown.</summary>
        public required OutcomeStatus Status { get; init; }

        /// <summary>The code.</summary>
        public required ErrorCode Code { get; init; }

        /// <summary>What happened.</summary>
        public string? Message { get; init; }

        /// <summary>The result.</summary>
        public Payload? Result { get; init; }

        /// <summary>Whether a failed attempt changed the world.</summary>
        public EffectState? Effect { get; init; }

        /// <summary>Milliseconds that the other side asked to wait.</summary>
        public long? RetryAfterMs { get; init; }

        /// <summary>What lay beneath.</summary>
        public string? Cause { get; init; }

        /// <summary>Each mistake by its place, where input or result broke the contract.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ValueList<Problem> Problems { get; init; }

        /// <summary>What it cost.</summary>
        [JsonPropertyName("cost_cents")]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public Money Cost { get; init; }

        /// <summary>Milliseconds that it took.</summary>
        public double LatencyMs { get; init; }

        /// <summary>What was changed in the world.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ValueList<SideEffect> SideEffects { get; init; }

        /// <summary>Whether the result came from a cache. Absent: it did not.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool CacheHit { get; init; }

        /// <summary>Whether the result holds what a model or a stranger wrote. Absent: it does not.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Tainted { get; init; }

        /// <summary>Whether its process was going down: nothing was started on it. Absent: it was not.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Draining { get; init; }
    }

    /// <summary>A moment that the run waited for has come.</summary>
    public sealed record TimeReached : Fact;

    /// <summary>Somebody decided on an approval request.</summary>
    public sealed record ApprovalDecided : Fact
    {
        /// <summary>The request.</summary>
        public required ApprovalId ApprovalId { get; init; }

        /// <summary>Whether the call may be made.</summary>
        public required bool Approved { get; init; }

        /// <summary>Who decided.</summary>
        public required string By { get; init; }

        /// <summary>Why.</summary>
        public string? Reason { get; init; }

        /// <summary>The input that replaces the one shown; absent where it was not edited.</summary>
        public Payload? Input { get; init; }

        /// <summary>The digest of all that the request binds, as it was shown to who decided. Absent: it was not
        /// said.</summary>
        public Digest? Binding { get; init; }

        /// <summary>Who decided, as the server knows them. Absent: nobody is told apart, as on a local store, whose
        /// user is its owner with every role.</summary>
        public Principal? Principal { get; init; }

        /// <summary>When they decided, which is what the expiry is compared with. Absent: when the run took notice of
        /// it.</summary>
        public DateTimeOffset? DecidedAt { get; init; }
    }

    /// <summary>A policy binds the run from here on, besides those that it was admitted under. It can only tighten
    /// them: of several policies the strictest holds.</summary>
    public sealed record PolicyTightened : Fact
    {
        /// <summary>The policy.</summary>
        public required Policy Policy { get; init; }

        /// <summary>The clocks of the time zones that it names.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ValueList<PinnedZone> Zones { get; init; }

        /// <summary>Who asked for it.</summary>
        public required string By { get; init; }

        /// <summary>Why.</summary>
        public string? Reason { get; init; }
    }

    /// <summary>Somebody found out what became of an attempt whose outcome was unknown.</summary>
    public sealed record OutcomeSettled : Fact
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step.</summary>
        public int? Item { get; init; }

        /// <summary>Whether the effect happened.</summary>
        public required bool Happened { get; init; }

        /// <summary>The result, where it happened.</summary>
        public Payload? Result { get; init; }

        /// <summary>Who found out.</summary>
        public required string By { get; init; }

        /// <summary>How.</summary>
        public string? Reason { get; init; }
    }

    /// <summary>Somebody sent the run a signal. It is kept until a step waits for it.</summary>
    public sealed record SignalReceived : Fact
    {
        /// <summary>The name of the signal.</summary>
        public required SignalName Name { get; init; }

        /// <summary>What came with it: the result of the step that waits for it. Absent: null.</summary>
        public Payload? Data { get; init; }

        /// <summary>Who sent it.</summary>
        public required string By { get; init; }

        /// <summary>The sender's own id of the signal: one that was received before is not taken again. Absent: each
        /// counts.</summary>
        public string? Key { get; init; }
    }

    /// <summary>A call has a slot, the moment at which it may be made within its rates; or there is none in
    /// time.</summary>
    public sealed record SlotAnswered : Fact
    {
        /// <summary>The step.</summary>
        public required StepId StepId { get; init; }

        /// <summary>The item of a fanned-out step.</summary>
        public int? Item { get; init; }

        /// <summary>The first moment at which the call keeps all rates.</summary>
        public required DateTimeOffset SlotAt { get; init; }

        /// <summary>Whether the slot is the call's. It is not where it comes too late for the run: then nothing is
        /// counted.</summary>
        public required bool Booked { get; init; }
    }

    /// <summary>Somebody asked to stop the run.</summary>
    public sealed record CancelRequested : Fact
    {
        /// <summary>Who.</summary>
        public required string By { get; init; }

        /// <summary>Why.</summary>
        public string? Reason { get; init; }
    }

    /// <summary>The run has a new owner: what the one before had in flight is lost.</summary>
    public sealed record RunRecovered : Fact
    {
        /// <summary>The epoch of the new owner, which grows by one each time.</summary>
        public required int Epoch { get; init; }

        /// <summary>Whether the store was restored from a backup since: what was decided after the backup is lost, so
        /// open approval requests are made anew. Absent: it was not.</summary>
        public bool? Restored { get; init; }
    }

    /// <summary>The run goes its own way from here: what stands before was copied from another run. What that run had
    /// in flight is lost to this one.</summary>
    public sealed record RunForked : Fact
    {
        /// <summary>The run that goes on from here.</summary>
        public required RunId RunId { get; init; }

        /// <summary>The run that the events before were copied from.</summary>
        public required RunId From { get; init; }

        /// <summary>The sequence number of the last event that was copied.</summary>
        public required long FromSeq { get; init; }

        /// <summary>The input of the run, where it was edited.</summary>
        public Payload? Input { get; init; }

        /// <summary>The <see cref="Plans.PinnedPlan"/>, by content, where the input of a step was edited.</summary>
        public Digest? Plan { get; init; }

        /// <summary>Policies that bind the fork besides those of the other run: the tenant's of today. Absent:
        /// none.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ValueList<Policy> Policies { get; init; }

        /// <summary>The clocks of the time zones that they name.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ValueList<PinnedZone> Zones { get; init; }

        /// <summary>Who forked the run.</summary>
        public required string By { get; init; }

        /// <summary>Why.</summary>
        public string? Reason { get; init; }

        /// <summary>Money that the ledger holds for the run. Absent: nothing is held, and the plan costs nothing; in
        /// runs of before there was a ledger, it may.</summary>
        public RunHold? Hold { get; init; }

        /// <summary>The trace that the run belongs to: 32 hexadecimal digits.</summary>
        public required string TraceId { get; init; }
    }
}
