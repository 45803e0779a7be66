using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Runtime.Runs;

/// <summary>What somebody decides on an approval request.</summary>
public sealed record ApprovalDecision
{
    /// <summary>The request.</summary>
    public required ApprovalId Id { get; init; }

    /// <summary>Whether the call may be made.</summary>
    public required bool Approved { get; init; }

    /// <summary>Who decides, for the journal.</summary>
    public required string By { get; init; }

    /// <summary>Why. A request can ask for it.</summary>
    public string? Reason { get; init; }

    /// <summary>The input that replaces the one shown. Absent: it stays.</summary>
    public Payload? Input { get; init; }

    /// <summary>The binding of the request as it was shown (<c>ApprovalBinding</c>); a decision on another is refused.
    /// Absent: it is not compared.</summary>
    public Digest? Binding { get; init; }

    /// <summary>Who decides, where people are told apart. Absent: they are not, and whoever decides is the owner of the
    /// store with every role.</summary>
    public Principal? Principal { get; init; }
}
