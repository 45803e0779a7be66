using Aos.Abstractions.Skills;
using Aos.Runtime.Skills;
using Aos.Skills.Standard.Http;
using Aos.Skills.Standard.JsonTransform;

namespace Aos.Cli.Invocation;

/// <summary>The skills that this program offers. Owns them.</summary>
internal sealed class SkillSet : IDisposable
{
    private readonly HttpCallSkill _http;

    private SkillSet(TimeProvider time)
    {
        _http = new HttpCallSkill(time);
        Registry = SkillRegistry.Create([_http, new JsonTransformSkill()]);
    }

    public ISkillRegistry Registry { get; }

    /// <summary>The standard skills.</summary>
    public static SkillSet Standard(TimeProvider time) => new(time);

    public void Dispose() => _http.Dispose();
}
