using System.Text.Json.Serialization;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Policies;

/// <summary>A file of cases for <c>aos policy test</c>, beside the policy.</summary>
public sealed record PolicyCases
{
    /// <summary>The cases.</summary>
    [Bounds(1)]
    public ValueList<PolicyCase> Cases { get; init; }
}

/// <summary>A call with the verdict that is expected of a policy.</summary>
public sealed record PolicyCase
{
    /// <summary>What the case shows.</summary>
    public required string Name { get; init; }

    /// <summary>The call.</summary>
    public required CaseCall Call { get; init; }

    /// <summary>The verdict. A limit that is not reached allows, one that is reached denies.</summary>
    public required CaseVerdict Expect { get; init; }

    /// <summary>The rule that must decide. Absent: any.</summary>
    public string? Rule { get; init; }
}

/// <summary>What a policy says of a call.</summary>
[JsonConverter(typeof(SnakeCaseEnum<CaseVerdict>))]
public enum CaseVerdict
{
    /// <summary>It may be made.</summary>
    Allow,

    /// <summary>It may not.</summary>
    Deny,

    /// <summary>It may once people approved it.</summary>
    RequireApproval,
}

/// <summary>A call that a case describes.</summary>
public sealed record CaseCall
{
    /// <summary>The skill, in its exact version or in the highest that is known.</summary>
    public required SkillRef Skill { get; init; }

    /// <summary>The input. Absent: an empty object.</summary>
    public Payload? Input { get; init; }

    /// <summary>The effect class. Absent: what the contract of the skill says; <c>once</c> where the skill is not
    /// known.</summary>
    public EffectClass? Effect { get; init; }

    /// <summary>What it costs at worst. Absent: what the contract of the skill says; nothing where the skill is not
    /// known.</summary>
    [JsonPropertyName("worst_cents")]
    public Money? Worst { get; init; }

    /// <summary>Kinds of change that the skill declares. Absent: those of its contract.</summary>
    public ValueList<string> SideEffects { get; init; }

    /// <summary>The agent. Absent: <c>default</c>.</summary>
    public string? Agent { get; init; }

    /// <summary>The tenant. Absent: <c>local</c>.</summary>
    public string? Tenant { get; init; }

    /// <summary>When the attempt starts. Absent: a Wednesday at noon UTC.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Whether the input is tainted. Absent: it is not.</summary>
    public bool? Tainted { get; init; }

    /// <summary>Attempts of the run that every limit has counted before.</summary>
    [Bounds(0)]
    public int? CallsBefore { get; init; }

    /// <summary>Cents that every limit has counted before.</summary>
    [JsonPropertyName("cost_before_cents")]
    public Money? CostBefore { get; init; }
}
