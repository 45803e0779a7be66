using Aos.Contracts.Values;

namespace Aos.Contracts.Policies;

/// <summary>What became of the cases of a policy: what <c>aos policy test --json</c> prints.</summary>
public sealed record PolicyTestReport
{
    /// <summary>The policy.</summary>
    public required string Policy { get; init; }

    /// <summary>Its version.</summary>
    public required int Version { get; init; }

    /// <summary>Whether every case passed, and there was one.</summary>
    public required bool Passed { get; init; }

    /// <summary>The cases, in their order.</summary>
    public ValueList<CaseResult> Cases { get; init; }
}

/// <summary>What became of a case.</summary>
public sealed record CaseResult
{
    /// <summary>The case.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the policy says what is expected, by the rule that is.</summary>
    public required bool Passed { get; init; }

    /// <summary>The verdict that is expected.</summary>
    public required CaseVerdict Expected { get; init; }

    /// <summary>The verdict of the policy.</summary>
    public required CaseVerdict Found { get; init; }

    /// <summary>The rule that must decide; absent where any may.</summary>
    public string? Rule { get; init; }

    /// <summary>The rules that applied.</summary>
    public ValueList<string> Rules { get; init; }

    /// <summary>Why the call is denied; absent where it is not.</summary>
    public string? Message { get; init; }
}

/// <summary>Which verdicts a candidate would change: what <c>aos policy what-if --json</c> prints.</summary>
public sealed record WhatIfReport
{
    /// <summary>The candidate.</summary>
    public required string Policy { get; init; }

    /// <summary>Its version.</summary>
    public required int Version { get; init; }

    /// <summary>How many runs were read.</summary>
    public required int Runs { get; init; }

    /// <summary>How many calls of them were judged: those that were made or denied.</summary>
    public required int Calls { get; init; }

    /// <summary>The calls whose verdict would differ, newest run first.</summary>
    public ValueList<VerdictChange> Changes { get; init; }
}

/// <summary>A call whose verdict would differ.</summary>
public sealed record VerdictChange
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The step.</summary>
    public required StepId StepId { get; init; }

    /// <summary>The item of a fanned-out step.</summary>
    public int? Item { get; init; }

    /// <summary>The attempt; absent where the call was denied, so that there was none.</summary>
    public int? Attempt { get; init; }

    /// <summary>The skill, in its exact version.</summary>
    public required string Skill { get; init; }

    /// <summary>When it was made or denied.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What the policies of the run say.</summary>
    public required CaseVerdict Was { get; init; }

    /// <summary>What they would say.</summary>
    public required CaseVerdict Would { get; init; }

    /// <summary>The rules that decide.</summary>
    public ValueList<AppliedRule> Rules { get; init; }
}
