using Aos.Abstractions.Skills;
using Aos.Contracts;
using Aos.Contracts.Json;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime.Skills;
using Aos.Skills.Standard.Mcp;

namespace Aos.Cli.Invocation;

/// <summary>The contracts that imported skills get. A version that a store has seen never gets another
/// contract.</summary>
internal sealed class ImportedContracts(McpServerSpec server, string import, IReadOnlyList<SkillContract> published)
{
    /// <summary>The contracts that the store of a session knows.</summary>
    public static async ValueTask<IReadOnlyList<SkillContract>> PublishedAsync(
        Session session, CancellationToken cancel)
    {
        var rows = await session.ReadAsync([], store => store.ListSkillsAsync(cancel), cancel).ConfigureAwait(false);
        return [.. rows.Select(row => AosJson.Read<SkillContract>(row.Contract.Span))];
    }

    /// <summary>Pins a tool.</summary>
    /// <param name="tool">What the server says of it.</param>
    /// <param name="effect">What the operator says of it.</param>
    /// <param name="timeoutMs">Milliseconds of an attempt.</param>
    /// <param name="before">The contract that it had; null where it had none.</param>
    /// <returns>The pin; or why the tool cannot be a skill.</returns>
    public (McpPin? Pin, string? Mistake) Pin(
        ToolDefinition tool, EffectClass effect, int timeoutMs, SkillContract? before)
    {
        if (tool.Mistake is { } refused) return (null, refused);
        if ((before?.Name ?? ToolContract.NameFor(import, tool.Name)) is not { } name)
            return (null, "its name is too long for the name of a skill");
        var known = published.Where(contract => contract.Name == name).Concat(before is null ? [] : [before]).ToList();
        var draft = ToolContract.Create(server, import, name, new SkillVersion(1, 0, 0), tool, effect, timeoutMs);
        if (HasBlobMember(draft.InputSchema) || HasBlobMember(draft.OutputSchema))
            return (null, $"its schema has a member '{Payload.BlobMember}'");
        if (!SkillRegistry.TryCreate([new Candidate(draft)], out _, out var problems))
            return (null,
                $"{problems[0].Pointer[(problems[0].Pointer.IndexOf('/', 1) is > 0 and var at ? at : 0)..]}: {problems[0].Message}");
        var contract = Place(draft, known);
        return (new McpPin
        {
            Tool = tool.Name,
            Hash = tool.Hash,
            Definition = tool.Value,
            Hints = tool.Hints,
            Contract = Payload.FromUtf8(AosJson.Write(contract)),
        }, null);
    }

    private static bool HasBlobMember(Payload schema) =>
        schema.Element.ValueKind == System.Text.Json.JsonValueKind.Object
            && schema.Element.TryGetProperty(Payload.BlobMember, out _);

    /// <summary>A contract in the version that is due to it: the one that it was published as; else the next after the
    /// newest: a major one where callers or the effect class are concerned.</summary>
    private static SkillContract Place(SkillContract draft, IReadOnlyList<SkillContract> known)
    {
        if (known.Count == 0) return draft;
        foreach (var one in known)
            if (SkillCatalog.DigestOf(draft with { Version = one.Version }) == SkillCatalog.DigestOf(one)) return one;
        var newest = known.MaxBy(one => one.Version)!;
        var isCompatible = IsSame(newest.InputSchema, draft.InputSchema)
            && IsSame(newest.OutputSchema, draft.OutputSchema)
            && newest.Effect == draft.Effect;
        return draft with
        {
            Version = isCompatible ? new SkillVersion(newest.Version.Major, newest.Version.Minor + 1, 0)
                : new SkillVersion(newest.Version.Major + 1, 0, 0),
        };
    }

    // As values: a file may hold the same schema in other words.
    private static bool IsSame(Payload left, Payload right) =>
        CanonicalJson.ToBytes(left.Element).AsSpan().SequenceEqual(CanonicalJson.ToBytes(right.Element));

    // For its contract to be looked at; it is never called.
    private sealed class Candidate(SkillContract contract) : ISkill
    {
        public SkillContract Contract => contract;

        public ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel) =>
            throw new InvalidOperationException($"{contract.Name} is not registered.");
    }
}
