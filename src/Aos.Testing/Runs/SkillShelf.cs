using Aos.Contracts.Outcomes;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;

namespace Aos.Testing.Runs;

/// <summary>Skill contracts for tests, without skills behind them: what a plan is validated and pinned
/// against.</summary>
/// <remarks>Immutable. <see cref="Standard"/> has one skill of each effect class and one that costs money.</remarks>
public sealed class SkillShelf : ISkillLookup
{
    private static readonly Payload AnyObject = Payload.FromUtf8("""{"type":"object"}"""u8.ToArray());
    private readonly List<SkillContract> _contracts;

    private SkillShelf(List<SkillContract> contracts) => _contracts = contracts;

    /// <summary>No skills.</summary>
    public static SkillShelf Empty { get; } = new([]);

    /// <summary>The skills <c>pure</c>, <c>read</c>, <c>put</c> (idempotent), <c>send</c> (once), <c>store</c>
    /// (transactional), all free, <c>paid</c>: a read that costs 10 cents at worst and is expected to cost 4, and
    /// <c>quoted</c>: a read that is asked what it costs.</summary>
    public static SkillShelf Standard { get; } = Empty
        .With("pure@1.0.0", EffectClass.Pure)
        .With("read@1.0.0", EffectClass.Read)
        .With("put@1.0.0", EffectClass.Idempotent)
        .With("send@1.0.0")
        .With("store@1.0.0", EffectClass.Transactional)
        .With("paid@1.0.0", EffectClass.Read, worstCents: 10, expectedCents: 4)
        .With(Empty.With(
            "quoted@1.0.0", EffectClass.Read)._contracts[0] with
        { Cost = new CostModel { Quoted = true } });

    /// <summary>How a literal input is checked: what is wrong with it, pointers relative to the input. Finds nothing
    /// unless a test says otherwise.</summary>
    public Func<SkillContract, Payload, IReadOnlyList<Problem>> Check { get; init; } = (_, _) => [];

    /// <summary>The shelf with one more skill.</summary>
    /// <param name="skill">Name and exact version, such as <c>fetch@1.2.0</c>.</param>
    /// <param name="effect">The effect class of every call; null for a skill that declares none.</param>
    /// <param name="worstCents">The most that a call costs; null for a skill that is free.</param>
    /// <param name="expectedCents">What a call usually costs.</param>
    /// <param name="timeoutMs">Milliseconds for one attempt; null for the default.</param>
    public SkillShelf With(string skill, EffectClass? effect = null, decimal? worstCents = null,
        decimal expectedCents = 0, int? timeoutMs = null)
    {
        var parts = skill.Split('@');
        return With(new SkillContract
        {
            Name = SkillName.Parse(parts[0]),
            Version = SkillVersion.Parse(parts[1]),
            Description = $"The skill {parts[0]} of a test.",
            InputSchema = AnyObject,
            OutputSchema = AnyObject,
            Effect = effect is { } always ? new EffectRule { Default = always } : null,
            Cost = worstCents is { } worst
                ? new CostModel { Worst = Money.FromCents(worst), Expected = Money.FromCents(expectedCents) }
                : null,
            TimeoutMs = timeoutMs,
        });
    }

    /// <summary>The shelf with one more contract.</summary>
    public SkillShelf With(SkillContract contract) => new([.. _contracts, contract]) { Check = Check };

    /// <summary>The shelf with another check of literal inputs.</summary>
    public SkillShelf Checking(Func<SkillContract, Payload, IReadOnlyList<Problem>> check) =>
        new(_contracts) { Check = check };

    /// <inheritdoc />
    public SkillContract? Resolve(SkillRef reference) =>
        _contracts.Where(skill => reference.Accepts(skill.Name, skill.Version)).MaxBy(skill => skill.Version);

    /// <inheritdoc />
    public IReadOnlyList<SkillVersion> VersionsOf(SkillName name) =>
        [.. _contracts.Where(skill => skill.Name == name).Select(skill => skill.Version).OrderDescending()];

    /// <inheritdoc />
    public IReadOnlyList<string> NamesLike(SkillName name) =>
        [.. _contracts.Select(skill => skill.Name.Value).Distinct(StringComparer.Ordinal)
            .Where(known => known[0] == name.Value[0])];

    /// <inheritdoc />
    public Digest DigestOf(SkillContract contract) => Digest.Of(Contracts.AosJson.Write(contract));

    /// <inheritdoc />
    public IReadOnlyList<Problem> CheckInput(SkillContract contract, Payload input) => Check(contract, input);

    /// <inheritdoc />
    public IReadOnlyList<Problem> FindMistakes(SkillContract contract, Payload known) => [];
}
