using System.Text.Json.Serialization;
using Aos.Contracts.Values;

namespace Aos.Contracts.Skills;

/// <summary>What a skill promises: its schemas, effects, cost, time, failures and needs (the plan's
/// SkillMetadata).</summary>
/// <remarks>A published version's contract never changes: a plan pins its digest.</remarks>
public sealed record SkillContract
{
    /// <summary>The skill's name.</summary>
    public required SkillName Name { get; init; }

    /// <summary>The version that this contract describes.</summary>
    public required SkillVersion Version { get; init; }

    /// <summary>What the skill does, in a sentence or two that a planner reads.</summary>
    public required string Description { get; init; }

    /// <summary>JSON Schema 2020-12 of the input, an object.</summary>
    public required Payload InputSchema { get; init; }

    /// <summary>JSON Schema 2020-12 of the result.</summary>
    public required Payload OutputSchema { get; init; }

    /// <summary>What a call does to the world, which decides caching, retry and what a crash means. Absent:
    /// once.</summary>
    public EffectRule? Effect { get; init; }

    /// <summary>What a call costs. Absent: nothing.</summary>
    public CostModel? Cost { get; init; }

    /// <summary>How long a call takes. Absent: 100 ms are expected.</summary>
    public LatencyModel? Latency { get; init; }

    /// <summary>Milliseconds that one attempt may take unless the step says less, at most a day. Absent:
    /// 60,000.</summary>
    [Bounds(1, 86_400_000)]
    public int? TimeoutMs { get; init; }

    /// <summary>How the skill fails, by code.</summary>
    public ValueList<FailureMode> FailureModes { get; init; }

    /// <summary>What it needs of a profile, such as <c>network</c> or <c>workspace</c>.</summary>
    public ValueList<string> Permissions { get; init; }

    /// <summary>Where in the input a reference to a secret may stand: JSON Pointers in which a segment may be <c>*</c>,
    /// as in <c>/headers/*</c>. A reference anywhere else is data. Absent: nowhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ValueList<string> Secrets { get; init; }

    /// <summary>Whether its results hold what a model or a stranger writes, so that they and all that is made from them
    /// count as tainted. Absent: they do not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Tainted { get; init; }

    /// <summary>What it may change in the world.</summary>
    public ValueList<SideEffectDeclaration> SideEffects { get; init; }

    /// <summary>Limits and rules that its schemas cannot say.</summary>
    public ValueList<string> Constraints { get; init; }

    /// <summary>Which skills it goes well with, and how.</summary>
    public ValueList<string> Composition { get; init; }

    /// <summary>Words by which a goal finds it.</summary>
    public ValueList<string> Tags { get; init; }

    /// <summary>Calls that work.</summary>
    public ValueList<SkillExample> Examples { get; init; }
}

/// <summary>What a call can do to the world.</summary>
[JsonConverter(typeof(SnakeCaseEnum<EffectClass>))]
public enum EffectClass
{
    /// <summary>Cannot be repeated safely. A lost answer stops the step until it is settled.</summary>
    Once,

    /// <summary>Same input, same result, nothing else. Attempted again at will.</summary>
    Pure,

    /// <summary>Committed together with its outcome in the embedded store: never unknown.</summary>
    Transactional,

    /// <summary>Looks but changes nothing. Attempted again; its reservation is kept.</summary>
    Read,

    /// <summary>May be repeated with the same key and bytes.</summary>
    Idempotent,
}

/// <summary>The effect class of a call, which may depend on its input: the first case that fits decides.</summary>
public sealed record EffectRule
{
    /// <summary>The class where no case fits.</summary>
    public EffectClass Default { get; init; }

    /// <summary>Cases in order.</summary>
    public ValueList<EffectCase> Cases { get; init; }
}

/// <summary>One case of an <see cref="EffectRule"/>: a member of the input and the values that it must have.</summary>
public sealed record EffectCase
{
    /// <summary>The member of the input object that is looked at.</summary>
    public required string Member { get; init; }

    /// <summary>The values that fit, compared as JSON values. An absent member is compared as null.</summary>
    public ValueList<Payload> Values { get; init; }

    /// <summary>The class then.</summary>
    public EffectClass Effect { get; init; }
}

/// <summary>What one call of a skill costs.</summary>
public sealed record CostModel
{
    /// <summary>The most that a call can cost: reserved before each attempt.</summary>
    [JsonPropertyName("worst_cents")]
    public Money Worst { get; init; }

    /// <summary>What a call usually costs.</summary>
    [JsonPropertyName("expected_cents")]
    public Money Expected { get; init; }

    /// <summary>Whether the cost depends on the input: the skill is asked for it before each attempt, and that is held.
    /// Absent: it does not.</summary>
    public bool? Quoted { get; init; }
}

/// <summary>How long one call of a skill takes.</summary>
public sealed record LatencyModel
{
    /// <summary>Milliseconds that a call usually takes.</summary>
    [Bounds(0)]
    public int ExpectedMs { get; init; }
}

/// <summary>A way in which a skill fails.</summary>
public sealed record FailureMode
{
    /// <summary>The code: one of the taxonomy or the skill's own.</summary>
    public required ErrorCode Code { get; init; }

    /// <summary>When it happens.</summary>
    public string? When { get; init; }
}

/// <summary>Something in the world that a skill may change.</summary>
public sealed record SideEffectDeclaration
{
    /// <summary>What kind of change, such as <c>http_request</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Whether it can be undone.</summary>
    public bool Reversible { get; init; }
}

/// <summary>A call that works, as an example.</summary>
public sealed record SkillExample
{
    /// <summary>What it shows.</summary>
    public required string Title { get; init; }

    /// <summary>The input.</summary>
    public required Payload Input { get; init; }
}
