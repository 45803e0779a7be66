using System.Diagnostics.CodeAnalysis;
using Aos.Abstractions.Skills;
using Aos.Contracts.Skills;
using Aos.Runtime;
using Aos.Runtime.Skills;
using Aos.Skills.Standard.Http;
using Aos.Skills.Standard.JsonTransform;
using Aos.Skills.Standard.Llm;
using Aos.Skills.Standard.Mcp;

namespace Aos.Cli.Invocation;

/// <summary>The skills that this program offers: its own, and those imported into the data folder. Owns them.</summary>
/// <remarks>Built on first use: checking contracts takes longer than most commands, which call no skill. What speaks to
/// MCP servers is loaded by the first call of an imported skill.</remarks>
internal sealed class SkillSet : ISkillRegistry, IAsyncDisposable
{
    private readonly Lazy<HttpCallSkill> _http;
    private readonly Lazy<LlmInvokeSkill> _llm;
    private readonly McpSkills? _imported;
    private readonly Lazy<ISkill[]> _offered;
    private readonly Lazy<SkillRegistry> _registry;

    private SkillSet(TimeProvider time, McpSkills? imported)
    {
        _imported = imported;
        _http = new Lazy<HttpCallSkill>(() => new HttpCallSkill(time));
        _llm = new Lazy<LlmInvokeSkill>(() => new LlmInvokeSkill(time));
        _offered =
            new Lazy<ISkill[]>(() => [_http.Value, new JsonTransformSkill(), _llm.Value, .. _imported?.All ?? []]);
        _registry = new Lazy<SkillRegistry>(() => SkillRegistry.Create(_offered.Value));
    }

    public IReadOnlyList<ISkill> All => _registry.Value.All;

    /// <summary>The contracts by name, for lists: not checked again.</summary>
    public IEnumerable<SkillContract> Contracts =>
        _offered.Value.Select(skill => skill.Contract).Concat(AosRuntime.OwnSkills)
        .OrderBy(contract => contract.Name.Value, StringComparer.Ordinal);

    /// <summary>The standard skills, and those that were imported into a data folder.</summary>
    /// <exception cref="Refusal">An import cannot be read: what it pins would not hold.</exception>
    public static SkillSet Of(TimeProvider time, string data) =>
        new(time, Directory.Exists(Path.Combine(data, McpImports.FolderName)) ? Imported(time, data) : null);

    // Kept apart, so that nothing of MCP is looked at where nothing was imported.
    private static McpSkills Imported(TimeProvider time, string data)
    {
        try
        {
            return McpSkills.Read(new McpImports(data), time);
        }
        catch (McpImportException failure)
        {
            throw Refusal.Of(failure.Code, failure.Message);
        }
    }

    public bool TryResolve(SkillRef reference, [NotNullWhen(true)] out ISkill? skill) =>
        _registry.Value.TryResolve(reference, out skill);

    public bool TryGet(SkillName name, SkillVersion version, [NotNullWhen(true)] out ISkill? skill) =>
        _registry.Value.TryGet(name, version, out skill);

    public bool Knows(SkillName name) => _registry.Value.Knows(name);

    public async ValueTask DisposeAsync()
    {
        if (_imported is not null) await _imported.DisposeAsync().ConfigureAwait(false);
        if (_http.IsValueCreated) _http.Value.Dispose();
        if (_llm.IsValueCreated) _llm.Value.Dispose();
    }
}
