using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Runtime.Webhooks;

/// <summary>What is announced of a run: made from its events and written with them, so that each is announced once it
/// is durable, and none is forgotten.</summary>
internal static class RunNotices
{
    /// <summary>The kind of the documents; their owner is nobody in particular.</summary>
    public const string Kind = "notice";

    private const int ThresholdPercent = 80;

    /// <summary>The types of messages.</summary>
    public static IReadOnlyList<string> Types { get; } =
        ["run.completed", "run.failed", "run.cancelled", "run.waiting", "approval.requested", "budget.threshold"];

    /// <summary>What is announced of a slice.</summary>
    /// <param name="before">The run before it.</param>
    /// <param name="after">The run after it.</param>
    /// <param name="events">Its events.</param>
    /// <param name="afterSeq">The number of the event before the first.</param>
    public static IReadOnlyList<RecordChange> Of(
        RunState before, RunState after, ReadOnlySpan<RunEvent> events, long afterSeq)
    {
        List<RecordChange>? notices = null;
        var seq = afterSeq;
        foreach (var e in events[OwnFrom(events)..])
            switch (e)
            {
                case RunEvent.ApprovalRequested asked:
                    Add(ref notices, "approval.requested", after, asked.At, SeqOf(events, e, seq), asked); break;
                case RunEvent.RunEnded ended:
                    Add(ref notices, TypeOf(ended.Status), after, ended.At, SeqOf(events, e, seq), null); break;
            }
        if (after.Ended is not null) return notices ?? [];
        if (CrossesThreshold(before, after)) Add(ref notices, "budget.threshold", after, after.LastAt, after.Seq, null);
        if (after.WaitingFor is not (null or WaitReason.Timer)
            && (before.Submitted is null || before.WaitingFor != after.WaitingFor))
            Add(ref notices, "run.waiting", after, after.LastAt, after.Seq, null);
        return notices ?? [];
    }

    // The events before a fork have happened to another run.
    private static int OwnFrom(ReadOnlySpan<RunEvent> events)
    {
        for (var i = events.Length - 1; i >= 0; i--)
            if (events[i] is RunEvent.RunForked) return i;
        return 0;
    }

    private static long SeqOf(ReadOnlySpan<RunEvent> events, RunEvent e, long afterSeq)
    {
        for (var i = 0; i < events.Length; i++)
            if (ReferenceEquals(events[i], e)) return afterSeq + i + 1;
        return afterSeq;
    }

    private static string TypeOf(RunStatus status) => status switch
    {
        RunStatus.Completed => "run.completed",
        RunStatus.Cancelled => "run.cancelled",
        _ => "run.failed",
    };

    // A run that begins beyond it, as a fork may, has crossed it elsewhere.
    private static bool CrossesThreshold(RunState before, RunState after) =>
        before.Submitted is not null && IsBeyond(after) && !IsBeyond(before);

    private static bool IsBeyond(RunState state) =>
        state.Limit > Money.Zero && (Int128)state.Spent.NanoUsd * 100 >= (Int128)state.Limit.NanoUsd * ThresholdPercent;

    private static void Add(
        ref List<RecordChange>? notices, string type, RunState state, DateTimeOffset at, long seq,
        RunEvent.ApprovalRequested? asked)
    {
        var run = state.Submitted!;
        var message = new WebhookMessage
        {
            Type = type,
            Timestamp = at,
            Data = new WebhookData
            {
                Tenant = run.Tenant,
                RunId = run.RunId,
                AgentId = run.AgentId,
                Seq = seq,
                Status = state.Status,
                WaitingFor = state.WaitingFor,
                Code = state.Ended?.Code,
                Cost = state.Spent,
                Limit = state.Limit,
                ApprovalId = asked?.ApprovalId,
                StepId = asked?.StepId,
                Skill = asked?.Skill,
                Role = asked?.Role,
                ExpiresAt = asked?.ExpiresAt,
            },
        };
        (notices ??= []).Add(new RecordChange
        {
            Kind = Kind,
            Tenant = "",
            // The same however often it is made: a message is known by the event that it tells of.
            Id = $"msg_{run.RunId.Value["run_".Length..]}_{seq:D8}_{type.Replace('.', '_')}",
            Body = AosJson.Write(message),
        });
    }
}
