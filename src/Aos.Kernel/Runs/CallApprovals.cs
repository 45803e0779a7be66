using System.Collections.Immutable;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Kernel.Runs;

/// <summary>What people were asked about a call, and what they said.</summary>
internal sealed record CallApprovals
{
    public static CallApprovals None { get; } = new();

    /// <summary>The request that is open; null where none is.</summary>
    public RunEvent.ApprovalRequested? Open { get; init; }

    /// <summary>The request that was decided last.</summary>
    public ApprovalId? Last { get; init; }

    /// <summary>Who approved the input of the open request so far; after an edit, who made it.</summary>
    public ImmutableArray<string> Votes { get; init; } = [];

    /// <summary>The roles that approved the input of the call as it is.</summary>
    public ImmutableArray<string> Roles { get; init; } = [];

    /// <summary>The role that may decide on the open request besides its own; null: none.</summary>
    public string? EscalatedTo { get; init; }

    /// <summary>How many requests were made for the call, so that each has a name of its own.</summary>
    public int Asked { get; init; }
}
