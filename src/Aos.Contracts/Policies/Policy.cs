using System.Text.Json.Serialization;
using Aos.Contracts.Plans;
using Aos.Contracts.Values;

namespace Aos.Contracts.Policies;

/// <summary>What agents may do, in rules over their calls. Of several policies the strictest holds, and a denial is
/// never lifted by another rule.</summary>
public sealed record Policy
{
    /// <summary>The name of the policy: letters, digits, <c>_</c>, <c>-</c>, <c>.</c>; at most 64 characters.</summary>
    [JsonPropertyName("policy")]
    public required string Name { get; init; }

    /// <summary>The version, 1 or more. Every decision names it: raise it with each change.</summary>
    [Bounds(1)]
    public int Version { get; init; }

    /// <summary>What the policy is for.</summary>
    public string? Description { get; init; }

    /// <summary>Whom a policy of the store binds. Absent: tenant.</summary>
    public PolicyScope? Scope { get; init; }

    /// <summary>What holds for a call that no rule of this policy permits. Absent: allow.</summary>
    public PolicyDefault? Default { get; init; }

    /// <summary>The rules. Their order decides nothing but which of several equally strict ones is named.</summary>
    public ValueList<PolicyRule> Rules { get; init; }

    /// <summary>Calls with the verdict that is expected of them, for <c>aos policy test</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<PolicyCase> Cases { get; init; }
}

/// <summary>Whom a policy of the store binds.</summary>
[JsonConverter(typeof(SnakeCaseEnum<PolicyScope>))]
public enum PolicyScope
{
    /// <summary>Every run of the tenant.</summary>
    Tenant,

    /// <summary>Runs of the profiles that name it.</summary>
    Named,
}

/// <summary>What holds for a call that no rule of a policy permits.</summary>
[JsonConverter(typeof(SnakeCaseEnum<PolicyDefault>))]
public enum PolicyDefault
{
    /// <summary>The policy has nothing against it.</summary>
    Allow,

    /// <summary>The policy denies it.</summary>
    Deny,
}

/// <summary>What a rule says of the calls that it matches.</summary>
[JsonConverter(typeof(SnakeCaseEnum<RuleVerdict>))]
public enum RuleVerdict
{
    /// <summary>The call is permitted, where the policy denies by default. It lifts no other rule.</summary>
    Allow,

    /// <summary>The call is not made.</summary>
    Deny,

    /// <summary>The call is made after people approved its exact input.</summary>
    RequireApproval,

    /// <summary>So many such calls, or so much money, in one run; then they are denied.</summary>
    Limit,
}

/// <summary>A rule of a policy.</summary>
public sealed record PolicyRule
{
    /// <summary>The name of the rule, which decisions are recorded with: letters, digits, <c>_</c>, <c>-</c>, <c>.</c>;
    /// at most 64 characters. <c>default</c> is taken.</summary>
    public required string Id { get; init; }

    /// <summary>What it says of the calls that it matches.</summary>
    public required RuleVerdict Verdict { get; init; }

    /// <summary>Why, for whoever is denied or asked.</summary>
    public string? Reason { get; init; }

    /// <summary>Which calls. Absent: all.</summary>
    public PolicyMatch? Match { get; init; }

    /// <summary>Which of them not. Absent: none is excepted.</summary>
    public PolicyMatch? Unless { get; init; }

    /// <summary>Who approves and how, for <c>require_approval</c>. Absent: one person of role <c>approver</c>, within
    /// 24 hours.</summary>
    public ApprovalSpec? Approval { get; init; }

    /// <summary>How much, for <c>limit</c>.</summary>
    public PolicyLimit? Limit { get; init; }
}

/// <summary>How much of the calls that a rule matches one run may make. At least one of both is given.</summary>
public sealed record PolicyLimit
{
    /// <summary>Attempts, retries included.</summary>
    [Bounds(0)]
    public int? MaxCalls { get; init; }

    /// <summary>Cents for all of them. What attempts in flight may cost counts until they are back.</summary>
    [JsonPropertyName("max_cost_cents")]
    public Money? MaxCost { get; init; }
}

/// <summary>A rule that had a say in a decision.</summary>
public sealed record AppliedRule
{
    /// <summary>The policy.</summary>
    public required string Policy { get; init; }

    /// <summary>Its version.</summary>
    public required int Version { get; init; }

    /// <summary>The rule; <c>default</c> where none permitted the call.</summary>
    public required string Rule { get; init; }

    /// <summary>What it said.</summary>
    public required RuleVerdict Verdict { get; init; }

    /// <summary>Whether it may apply or not, which only a simulation does not know. Absent: it applies.</summary>
    public bool? Uncertain { get; init; }
}
