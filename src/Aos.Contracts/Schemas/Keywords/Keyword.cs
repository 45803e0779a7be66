using System.Text.Json;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary>A keyword of one compiled subschema. Immutable once compilation ends.</summary>
internal abstract class Keyword(SchemaNode owner, string name)
{
    public SchemaNode Owner { get; } = owner;

    public string Name { get; } = name;

    /// <summary>Whether it reads what the other keywords marked, and so comes last.</summary>
    public virtual bool IsLast => false;

    /// <summary>Subschemas that judge the same instance whenever this does; a cycle of them never ends.</summary>
    public virtual IReadOnlyList<SchemaNode> Unconditional => [];

    /// <summary>Judges the instance. Where the run collects, false comes with at least one error.</summary>
    /// <param name="instance">The value at the run's location.</param>
    /// <param name="seen">Takes marks for what was evaluated successfully.</param>
    /// <param name="run">The validation this is part of.</param>
    public abstract bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run);
}

/// <summary>A keyword that looks at the value alone.</summary>
internal abstract class Assertion(SchemaNode owner, string name) : Keyword(owner, name)
{
    public sealed override bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        if (Holds(instance, run))
            return true;
        if (run.IsCollecting)
            run.Add(this, Expectation(instance));
        return false;
    }

    protected abstract bool Holds(JsonElement instance, Evaluation run);

    /// <summary>What the value must be, as a sentence without a subject.</summary>
    protected abstract string Expectation(JsonElement instance);
}
