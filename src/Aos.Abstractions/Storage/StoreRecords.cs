using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Abstractions.Storage;

/// <summary>Events of one run that are appended together.</summary>
public sealed record JournalSlice
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The sequence number of the event before; 0 for a new run.</summary>
    public required long AfterSeq { get; init; }

    /// <summary>How many events there are. 0 where only the row changes or facts are removed, which a run can need
    /// whose journal cannot be read, or is gone: then <see cref="AfterSeq"/> is not compared with it, and being the
    /// owner is enough. Never 0 for a new run.</summary>
    public required int Count { get; init; }

    /// <summary>The events as JSON, one a line, without a line feed at the end. Read before the append
    /// returns.</summary>
    public required ReadOnlyMemory<byte> Events { get; init; }

    /// <summary>The hash of this link of the chain, 32 bytes: SHA-256 over the hash before and the events. Before the
    /// first link stand 32 zero bytes. Not read where there are no events.</summary>
    public required ReadOnlyMemory<byte> Hash { get; init; }

    /// <summary>The row of the run, where it changed. Required for a new run.</summary>
    public RunRow? Row { get; init; }

    /// <summary>Large values and documents that the events name. One that is stored already is left as it is.</summary>
    public IReadOnlyList<Blob> Blobs { get; init; } = [];

    /// <summary>Approval requests that are new or were closed.</summary>
    public IReadOnlyList<ApprovalRow> Approvals { get; init; } = [];

    /// <summary>Facts of the inbox that the events hold, removed in the same transaction.</summary>
    public IReadOnlyList<long> Consumed { get; init; } = [];

    /// <summary>What changes in the ledger; null where nothing does.</summary>
    public LedgerChange? Ledger { get; init; }

    /// <summary>Documents of <see cref="IRecordStore"/> that are written with the events, or not at all. One of the
    /// same name is replaced.</summary>
    public IReadOnlyList<RecordChange> Records { get; init; } = [];
}

/// <summary>Whether a slice was written.</summary>
public enum AppendResult
{
    /// <summary>It is durable.</summary>
    Written,

    /// <summary>Another writer came first; nothing of it was written.</summary>
    Conflict,

    /// <summary>The ledger has no room for what the slice holds; nothing of it was written.</summary>
    OverLimit,
}

/// <summary>Bytes stored by their content.</summary>
/// <param name="Digest">Their name.</param>
/// <param name="Bytes">The bytes.</param>
public sealed record Blob(Digest Digest, ReadOnlyMemory<byte> Bytes);

/// <summary>Events of one run as they were appended.</summary>
/// <param name="FirstSeq">The sequence number of the first, from 1.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Events">The events as JSON, one a line.</param>
/// <param name="Hash">The hash of this link of the chain.</param>
public sealed record JournalSegment(long FirstSeq, int Count, ReadOnlyMemory<byte> Events, ReadOnlyMemory<byte> Hash);

/// <summary>What is known of a run without reading its journal. Written when it changes.</summary>
public sealed record RunRow
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>The agent.</summary>
    public required string AgentId { get; init; }

    /// <summary>The goal; absent where only a plan was given.</summary>
    public string? Goal { get; init; }

    /// <summary>The status.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>What it waits for, where it waits.</summary>
    public WaitReason? WaitingFor { get; init; }

    /// <summary>The code, once it ended or while it is quarantined.</summary>
    public ErrorCode? Code { get; init; }

    /// <summary>Why it is quarantined, for people; absent otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>What it has cost.</summary>
    public Money Cost { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When a waiting run goes on by itself; absent where no moment does.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>The sequence number of the last event at the time of writing; the store fills it in from the slice.
    /// Events may have followed.</summary>
    public long Seq { get; init; }

    /// <summary>The hash of the chain at that event, 32 bytes; the store fills it in from the slice.</summary>
    public ReadOnlyMemory<byte> Head { get; init; }

    /// <summary>The process that owns the run; the store fills it in, and keeps it when a row is written.</summary>
    public string? Owner { get; init; }

    /// <summary>How often the run changed its owner; the store fills it in, and keeps it when a row is
    /// written.</summary>
    public int Epoch { get; init; }

    /// <summary>How many owners in a row died while they worked on the run, without its getting further. Adopting a run
    /// from an owner that died raises it by one; otherwise it is what was last written.</summary>
    public int Crashes { get; init; }

    /// <summary>Whether the run has ended.</summary>
    public bool IsEnded => Status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled;
}

/// <summary>Which runs to list.</summary>
public sealed record RunFilter
{
    /// <summary>Only these statuses; empty: all.</summary>
    public IReadOnlyList<RunStatus> Statuses { get; init; } = [];

    /// <summary>Only runs of this tenant; null: all.</summary>
    public string? Tenant { get; init; }

    /// <summary>Only runs of this agent; null: all.</summary>
    public string? AgentId { get; init; }

    /// <summary>Only runs older than this one, for the next page; none where it is not known.</summary>
    public RunId? Before { get; init; }

    /// <summary>At most so many, 1 to 1,000.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>Which runs that have ended to remove.</summary>
public sealed record PruneRequest
{
    /// <summary>Only runs that ended before this moment.</summary>
    public required DateTimeOffset EndedBefore { get; init; }

    /// <summary>Only these statuses; empty: every status of a run that has ended. A status of an open run matches
    /// nothing.</summary>
    public IReadOnlyList<RunStatus> Statuses { get; init; } = [];

    /// <summary>So many of the newest runs of these statuses stay, however old they are. Default 0.</summary>
    public int Keep { get; init; }

    /// <summary>At most so many runs, 1 to 1,000.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Whether to say only what would be removed, without <see cref="Limit"/>.</summary>
    public bool DryRun { get; init; }
}

/// <summary>What was removed, or would be.</summary>
/// <param name="Runs">How many runs.</param>
/// <param name="Events">How many events they had.</param>
/// <param name="Bytes">The bytes of their journals as the store kept them.</param>
public sealed record PruneResult(int Runs, long Events, long Bytes);

/// <summary>Blobs that were removed.</summary>
/// <param name="Blobs">How many.</param>
/// <param name="Bytes">Their bytes.</param>
public sealed record SweepResult(int Blobs, long Bytes);

/// <summary>How an approval request stands.</summary>
public enum ApprovalStatus
{
    /// <summary>Nobody has decided.</summary>
    Open,

    /// <summary>The call was allowed.</summary>
    Approved,

    /// <summary>The call was refused.</summary>
    Rejected,

    /// <summary>Nobody decided in time.</summary>
    Expired,

    /// <summary>The run ended first.</summary>
    Void,
}

/// <summary>An approval request.</summary>
public sealed record ApprovalRow
{
    /// <summary>The request.</summary>
    public required ApprovalId Id { get; init; }

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The tenant of the run; the store fills it in.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>How it stands.</summary>
    public required ApprovalStatus Status { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it expires.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The <see cref="RunEvent.ApprovalRequested"/>, encoded as in the journal.</summary>
    public required ReadOnlyMemory<byte> Request { get; init; }

    /// <summary>The request as it stands at a moment: an open one that is overdue has expired, although its run, which
    /// nobody may be working on, has not taken notice of it.</summary>
    public ApprovalRow StandingAt(DateTimeOffset now) =>
        Status == ApprovalStatus.Open && ExpiresAt <= now ? this with { Status = ApprovalStatus.Expired } : this;
}

/// <summary>A fact that waits for the owner of a run.</summary>
/// <param name="Id">Its number in the inbox.</param>
/// <param name="RunId">The run.</param>
/// <param name="Fact">The event, encoded as in the journal.</param>
public sealed record InboxItem(long Id, RunId RunId, ReadOnlyMemory<byte> Fact);

/// <summary>A recorded version of a skill.</summary>
/// <param name="Name">The skill.</param>
/// <param name="Version">The version.</param>
/// <param name="Digest">The digest of its contract.</param>
/// <param name="Contract">Its contract as canonical JSON.</param>
public sealed record SkillRow(string Name, string Version, Digest Digest, ReadOnlyMemory<byte> Contract);

/// <summary>The store cannot be opened, read or written. The outcome of a write is unknown.</summary>
public sealed class StoreException : Exception
{
    /// <summary>Says what happened and what to do.</summary>
    /// <param name="code">One of the storage codes of the taxonomy.</param>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="inner">What lay beneath.</param>
    public StoreException(ErrorCode code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>One of the storage codes of the taxonomy.</summary>
    public ErrorCode Code { get; }
}
