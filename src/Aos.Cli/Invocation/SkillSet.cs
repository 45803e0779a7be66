using System.Diagnostics.CodeAnalysis;
using Aos.Abstractions.Skills;
using Aos.Contracts.Skills;
using Aos.Runtime;
using Aos.Runtime.Skills;
using Aos.Skills.Standard.Http;
using Aos.Skills.Standard.JsonTransform;

namespace Aos.Cli.Invocation;

/// <summary>The skills that this program offers. Owns them.</summary>
/// <remarks>Built on first use: checking contracts takes longer than most commands, which call no skill.</remarks>
internal sealed class SkillSet : ISkillRegistry, IDisposable
{
    private readonly Lazy<HttpCallSkill> _http;
    private readonly Lazy<ISkill[]> _offered;
    private readonly Lazy<SkillRegistry> _registry;

    private SkillSet(TimeProvider time)
    {
        _http = new Lazy<HttpCallSkill>(() => new HttpCallSkill(time));
        _offered = new Lazy<ISkill[]>(() => [_http.Value, new JsonTransformSkill()]);
        _registry = new Lazy<SkillRegistry>(() => SkillRegistry.Create(_offered.Value));
    }

    public IReadOnlyList<ISkill> All => _registry.Value.All;

    /// <summary>The contracts by name, for lists: not checked again.</summary>
    public IEnumerable<SkillContract> Contracts => _offered.Value.Select(skill => skill.Contract).Concat(AosRuntime.OwnSkills)
        .OrderBy(contract => contract.Name.Value, StringComparer.Ordinal);

    /// <summary>The standard skills.</summary>
    public static SkillSet Standard(TimeProvider time) => new(time);

    public bool TryResolve(SkillRef reference, [NotNullWhen(true)] out ISkill? skill) =>
        _registry.Value.TryResolve(reference, out skill);

    public bool TryGet(SkillName name, SkillVersion version, [NotNullWhen(true)] out ISkill? skill) =>
        _registry.Value.TryGet(name, version, out skill);

    public bool Knows(SkillName name) => _registry.Value.Knows(name);

    public void Dispose()
    {
        if (_http.IsValueCreated) _http.Value.Dispose();
    }
}
