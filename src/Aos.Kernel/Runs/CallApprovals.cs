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

    /// <summary>Who approved the input of the call as it is, in which role; after an edit, who made it.</summary>
    public ImmutableArray<Vote> Votes { get; init; } = [];

    /// <summary>The roles whose requests were approved with that input.</summary>
    public ImmutableArray<string> Roles { get; init; } = [];

    /// <summary>The role that may decide on the open request besides its own; null: none.</summary>
    public string? EscalatedTo { get; init; }

    /// <summary>How many requests were made for the call, so that each has a name of its own.</summary>
    public int Asked { get; init; }

    /// <summary>Who approved in a role.</summary>
    public ImmutableArray<string> VotersOf(string role)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var vote in Votes)
            if (vote.Role == role) names.Add(vote.Name);
        return names.DrainToImmutable();
    }

    /// <summary>Somebody's approval.</summary>
    /// <param name="Role">The role that was asked.</param>
    /// <param name="Name">Who approved.</param>
    internal readonly record struct Vote(string Role, string Name);
}
