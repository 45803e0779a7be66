using Aos.Contracts.Skills;

namespace Aos.Abstractions.Skills;

/// <summary>Declares a skill: a method, or a class that implements <see cref="ISkillHandler{TInput,TOutput}"/>. Its
/// contract, schemas and registration are generated when the project is compiled.</summary>
/// <remarks>
/// <para>A method takes one input, and optionally a <see cref="SkillCall"/> and a <see cref="CancellationToken"/>, in
/// any order. It returns the result, or a <see cref="SkillAnswer{T}"/> where it can fail, directly or as a task.</para>
/// <para>The input is a record or class. Its members become the properties of the input schema, in snake case: a member
/// that can be null or has a default is optional, the others are required. <c>[Description]</c>, <c>[Range]</c>,
/// <c>[StringLength]</c>, <c>[MinLength]</c>, <c>[MaxLength]</c>, <c>[Length]</c>, <c>[RegularExpression]</c> and
/// <c>[JsonPropertyName]</c> of the framework say more. The skill is only called with inputs that match.</para>
/// </remarks>
/// <param name="name">The name of the skill, as <see cref="SkillName"/> says.</param>
/// <param name="version">The version of its contract: three numbers. A published version never changes.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, Inherited = false)]
public sealed class SkillAttribute(string name, string version) : Attribute
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>The version.</summary>
    public string Version { get; } = version;

    /// <summary>What the skill does, in a sentence or two that a planner reads. Required here or by
    /// <c>[Description]</c>.</summary>
    public string? Description { get; set; }

    /// <summary>What a call does to the world. Default: <see cref="EffectClass.Once"/>, never repeated.</summary>
    public EffectClass Effect { get; set; }

    /// <summary>What a call usually costs, in cents. Default 0.</summary>
    public double ExpectedCents { get; set; }

    /// <summary>The most that a call can cost, in cents: reserved before each attempt. Default 0.</summary>
    public double WorstCents { get; set; }

    /// <summary>Milliseconds that a call usually takes. Default 100.</summary>
    public int ExpectedMs { get; set; }

    /// <summary>Milliseconds that one attempt may take. Default 60,000.</summary>
    public int TimeoutMs { get; set; }

    /// <summary>Words by which a goal finds it.</summary>
    public string[] Tags { get; set; } = [];

    /// <summary>What it needs of a profile, such as <c>network</c>.</summary>
    public string[] Permissions { get; set; } = [];

    /// <summary>Where in the input a reference to a secret may stand, such as <c>/headers/*</c>.</summary>
    public string[] Secrets { get; set; } = [];

    /// <summary>Limits and rules that its schemas cannot say.</summary>
    public string[] Constraints { get; set; } = [];

    /// <summary>Which skills it goes well with, and how.</summary>
    public string[] Composition { get; set; } = [];
}

/// <summary>Declares a way in which the skill fails.</summary>
/// <param name="code">A code of the taxonomy or the skill's own: capital letters, digits and underscores.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class SkillFailureAttribute(string code) : Attribute
{
    /// <summary>The code.</summary>
    public string Code { get; } = code;

    /// <summary>When it happens.</summary>
    public string? When { get; set; }
}

/// <summary>Declares something in the world that the skill may change.</summary>
/// <param name="type">What kind of change, such as <c>ticket_created</c>.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class SkillSideEffectAttribute(string type) : Attribute
{
    /// <summary>The kind.</summary>
    public string Type { get; } = type;

    /// <summary>Whether it can be undone. Default: no.</summary>
    public bool Reversible { get; set; }
}

/// <summary>Declares a call that works.</summary>
/// <param name="title">What it shows.</param>
/// <param name="input">The input as JSON; checked against the input schema when the skill is registered.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class SkillExampleAttribute(string title, string input) : Attribute
{
    /// <summary>What it shows.</summary>
    public string Title { get; } = title;

    /// <summary>The input as JSON.</summary>
    public string Input { get; } = input;
}
