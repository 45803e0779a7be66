using System.Diagnostics;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Abstractions.Storage.Drivers;

/// <summary>Words as every store keeps them. They are readable in any tool of the engine, and never change.</summary>
internal static class StoredText
{
    /// <summary>A status to store.</summary>
    public static string Of(RunStatus status) => status switch
    {
        RunStatus.Running => "running",
        RunStatus.Waiting => "waiting",
        RunStatus.Completed => "completed",
        RunStatus.Failed => "failed",
        RunStatus.Cancelled => "cancelled",
        RunStatus.Quarantined => "quarantined",
        _ => throw new UnreachableException(),
    };

    /// <summary>What a run waits for, to store.</summary>
    public static string? Of(WaitReason? reason) => reason switch
    {
        null => null,
        WaitReason.Approval => "approval",
        WaitReason.Timer => "timer",
        WaitReason.Signal => "signal",
        WaitReason.Version => "version",
        WaitReason.UnknownOutcome => "unknown_outcome",
        _ => throw new UnreachableException(),
    };

    /// <summary>How an approval stands, to store.</summary>
    public static string Of(ApprovalStatus status) => status switch
    {
        ApprovalStatus.Open => "open",
        ApprovalStatus.Approved => "approved",
        ApprovalStatus.Rejected => "rejected",
        ApprovalStatus.Expired => "expired",
        ApprovalStatus.Void => "void",
        _ => throw new UnreachableException(),
    };

    /// <summary>A stored status.</summary>
    public static RunStatus Status(string text, string store) => text switch
    {
        "running" => RunStatus.Running,
        "waiting" => RunStatus.Waiting,
        "completed" => RunStatus.Completed,
        "failed" => RunStatus.Failed,
        "cancelled" => RunStatus.Cancelled,
        "quarantined" => RunStatus.Quarantined,
        _ => throw Unknown(text, store),
    };

    /// <summary>What a stored run waits for.</summary>
    public static WaitReason? Wait(string? text, string store) => text switch
    {
        null => null,
        "approval" => WaitReason.Approval,
        "timer" => WaitReason.Timer,
        "signal" => WaitReason.Signal,
        "version" => WaitReason.Version,
        "unknown_outcome" => WaitReason.UnknownOutcome,
        _ => throw Unknown(text, store),
    };

    /// <summary>How a stored approval stands.</summary>
    public static ApprovalStatus Approval(string text, string store) => text switch
    {
        "open" => ApprovalStatus.Open,
        "approved" => ApprovalStatus.Approved,
        "rejected" => ApprovalStatus.Rejected,
        "expired" => ApprovalStatus.Expired,
        "void" => ApprovalStatus.Void,
        _ => throw Unknown(text, store),
    };

    /// <summary>A stored identity or code.</summary>
    public static T Scalar<T>(string text, string store) where T : struct, IScalar<T> =>
        T.TryParse(text, out var value) ? value : throw Unknown(text, store);

    /// <summary>A stored digest.</summary>
    public static Digest Digest(ReadOnlySpan<byte> hash, string store) => hash.Length == 32
        ? Contracts.Values.Digest.FromHash(hash)
        : throw Damaged(store, $"it holds a digest of {hash.Length} bytes");

    private static StoreException Unknown(string text, string store) =>
        Damaged(store, $"it holds the word '{text}', which no version of the schema knows there");

    private static StoreException Damaged(string store, string detail) => new(ErrorCodes.StorageCorrupt,
        $"'{store}' is damaged: {detail}. Keep a copy of it as it is, then restore a backup.");
}
