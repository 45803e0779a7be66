using Aos.Abstractions.Skills;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Runtime.Skills;

/// <summary>The contracts that a store has seen: a version's contract never changes once it is published.</summary>
public static class SkillCatalog
{
    /// <summary>The canonical JSON of a contract: two contracts are the same where these bytes are.</summary>
    public static byte[] CanonicalBytes(SkillContract contract) =>
        CanonicalJson.ToBytes(Payload.FromUtf8(AosJson.Write(contract)).Element);

    /// <summary>The digest by which a plan pins a contract.</summary>
    public static Digest DigestOf(SkillContract contract) => Digest.Of(CanonicalBytes(contract));

    /// <summary>Records the contracts of a registry in a store.</summary>
    /// <returns>One problem for each version that the store knows with another contract; nothing of those was written,
    /// and the process should not go on. Empty where all are recorded.</returns>
    /// <exception cref="StoreException">The store could not be read or written.</exception>
    public static async ValueTask<ValueList<Problem>> RecordAsync(ISkillRegistry registry, IStore store,
        CancellationToken cancel)
    {
        var rows = new List<SkillRow>();
        foreach (var skill in registry.All)
        {
            var bytes = CanonicalBytes(skill.Contract);
            rows.Add(new SkillRow(skill.Contract.Name.Value, skill.Contract.Version.Value, Digest.Of(bytes), bytes));
        }
        var refused = await store.RecordSkillsAsync(rows, cancel).ConfigureAwait(false);
        return ValueList.From(refused.Select(Changed));
    }

    private static Problem Changed(SkillRow row) => new(
        "/" + JsonPointer.Escape($"{row.Name}@{row.Version}"), ErrorCodes.ContractChanged,
        $"{row.Name}@{row.Version} is published in this store with another contract, and runs rely on that one. "
        + "Give the changed contract a new version and register both.");
}
