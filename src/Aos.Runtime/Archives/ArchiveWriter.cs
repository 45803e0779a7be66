using System.Buffers;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Plans;
using Aos.Contracts.Values;
using Aos.Runtime.Journals;

namespace Aos.Runtime.Archives;

/// <summary>Gathers a run from a store and writes it as an archive.</summary>
internal static class ArchiveWriter
{
    /// <summary>Gathers a run.</summary>
    /// <returns>Null where there is no such run.</returns>
    /// <exception cref="StoreException">Something that it names is missing, or cannot be read.</exception>
    public static async ValueTask<RunArchive?> GatherAsync(IStore store, RunId runId, CancellationToken cancel)
    {
        var segments = await store.ReadAsync(runId, 0, cancel).ConfigureAwait(false);
        if (segments.Count == 0) return null;
        var events = segments.SelectMany(segment => JournalReader.Decode(runId, segment)).ToList();
        var blobs = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var digest in events.SelectMany(ArchiveNames.Of).Distinct())
            blobs[digest.Value] = await store.ReadBlobAsync(digest, cancel).ConfigureAwait(false)
                ?? throw Missing(runId, digest.Value);
        var pins = events.SelectMany(ArchiveNames.PlansOf).Distinct()
            .SelectMany(plan => AosJson.Read<PinnedPlan>(blobs[plan.Value]).Skills)
            .Select(pin => (Name: pin.Name.Value, Version: pin.Version.Value)).ToHashSet();
        var skills = (await store.ListSkillsAsync(cancel).ConfigureAwait(false))
            .Where(skill => pins.Contains((skill.Name, skill.Version))).ToList();
        if (skills.Count < pins.Count)
            throw Missing(runId, string.Join(", ", pins.Except(skills.Select(skill => (skill.Name, skill.Version)))));
        // Whoever gets the archive would find it damaged, and could do nothing about it.
        var damaged = blobs.Where(blob => Digest.Of(blob.Value).Value != blob.Key).Select(blob => blob.Key)
            .Concat(
                skills.Where(skill => Digest.Of(skill.Contract.Span) != skill.Digest)
                    .Select(skill => $"{skill.Name}@{skill.Version}")).ToList();
        if (damaged.Count > 0)
            throw new StoreException(
                ErrorCodes.StorageCorrupt,
                $"Run {runId} needs {string.Join(", ", damaged)}, which the store holds damaged. "
                + "`aos doctor` says what else is; restore a backup.");
        return new RunArchive { RunId = runId, Segments = segments, Blobs = blobs, Skills = skills };
    }

    /// <summary>The bytes of an archive. The same run gives the same bytes.</summary>
    public static ReadOnlyMemory<byte> Write(RunArchive run)
    {
        var to = new ArrayBufferWriter<byte>();
        ArchiveFormat.Write(to, writer =>
        {
            writer.WriteString("format", ArchiveFormat.Name);
            writer.WriteNumber("version", ArchiveFormat.Version);
            writer.WriteString("run_id", run.RunId.Value);
            writer.WriteNumber("events", run.Segments.Sum(segment => (long)segment.Count));
            writer.WriteString("head", Convert.ToHexStringLower(run.Head.Span));
        });
        foreach (var segment in run.Segments)
            ArchiveFormat.Write(to, writer =>
            {
                writer.WriteString("part", "segment");
                writer.WriteNumber("first_seq", segment.FirstSeq);
                writer.WriteNumber("count", segment.Count);
                writer.WriteString("hash", Convert.ToHexStringLower(segment.Hash.Span));
            }, segment.Events);
        foreach (var (digest, bytes) in run.Blobs)
            ArchiveFormat.Write(to, writer =>
            {
                writer.WriteString("part", "blob");
                writer.WriteString("digest", digest);
            }, bytes);
        foreach (var skill in run.Skills)
            ArchiveFormat.Write(to, writer =>
            {
                writer.WriteString("part", "skill");
                writer.WriteString("name", skill.Name);
                writer.WriteString("version", skill.Version);
                writer.WriteString("digest", skill.Digest.Value);
            }, skill.Contract);
        to.Write(ArchiveFormat.End(1 + run.Segments.Count + run.Blobs.Count + run.Skills.Count, to.WrittenSpan));
        return to.WrittenMemory;
    }

    private static StoreException Missing(RunId runId, string what) =>
        new(ErrorCodes.StorageCorrupt, $"Run {runId} names {what}, which is missing from the store.");
}
