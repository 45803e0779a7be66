using System.Text.Json;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Runtime.Archives;

/// <summary>Reads an archive and holds every byte of it against what the rest says.</summary>
internal sealed class ArchiveReader
{
    private const int LineMax = 4096;
    private readonly ReadOnlyMemory<byte> _file;
    private int _at;
    private int _parts;

    private ArchiveReader(ReadOnlyMemory<byte> file) => _file = file;

    /// <summary>Reads an archive.</summary>
    /// <exception cref="StoreException"><c>INVALID_ARGUMENT</c>: it is none. <c>STORAGE_TOO_NEW</c>: a newer version
    /// wrote it. <c>HISTORY_TAMPERED</c>: it was cut off, changed or put together anew.</exception>
    public static RunArchive Read(ReadOnlyMemory<byte> file)
    {
        try
        {
            return new ArchiveReader(file).Read();
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or OverflowException)
        {
            throw Changed($"a part cannot be read: {broken.Message}");
        }
    }

    /// <summary>Makes sure that an archive holds what its journal names, and nothing else.</summary>
    /// <exception cref="StoreException"><c>HISTORY_TAMPERED</c>: it does not.</exception>
    public static void RequireWhole(RunArchive run, IReadOnlyList<RunEvent> events)
    {
        if (events is not [RunEvent.RunSubmitted submitted, ..] || submitted.RunId != run.RunId)
            throw Changed($"its journal does not begin run {run.RunId}");
        var named = events.SelectMany(ArchiveNames.Of).Select(digest => digest.Value).ToHashSet(StringComparer.Ordinal);
        if (!named.SetEquals(run.Blobs.Keys))
            throw Changed("it does not hold exactly the blobs that its journal names");
        var pins = events.SelectMany(ArchiveNames.PlansOf).Distinct()
            .SelectMany(plan => AosJson.Read<PinnedPlan>(run.Blobs[plan.Value]).Skills)
            .Select(pin => (pin.Name.Value, pin.Version.Value, pin.Contract)).ToHashSet();
        if (!pins.SetEquals(run.Skills.Select(skill => (skill.Name, skill.Version, skill.Digest))))
            throw Changed("it does not hold exactly the skill contracts that its plans are pinned to");
    }

    private RunArchive Read()
    {
        var head = Header();
        var run = RunId.Parse(Text(head, "run_id"));
        var end = _file.Span[..^1].LastIndexOf((byte)'\n') + 1;
        var (segments, blobs, skills) =
            (new List<JournalSegment>(), new SortedDictionary<string, byte[]>(StringComparer.Ordinal),
                new List<SkillRow>());
        while (_at < end)
        {
            var part = Line();
            var content = Content(part.GetProperty(ArchiveFormat.BytesMember).GetInt32(), end);
            switch (Text(part, "part"))
            {
                case "segment":
                    segments.Add(
                        new JournalSegment(
                            part.GetProperty("first_seq").GetInt64(), part.GetProperty("count").GetInt32(),
                        content, Convert.FromHexString(Text(part, "hash"))));
                    break;
                case "blob":
                    blobs.Add(Named(part, content).Value, content.ToArray());
                    break;
                case "skill":
                    skills.Add(new SkillRow(Text(part, "name"), Text(part, "version"), Named(part, content), content));
                    break;
                default: throw Changed("it has a part that this version does not know");
            }
        }

        if (!_file.Span[end..].SequenceEqual(ArchiveFormat.End(_parts, _file.Span[..end])))
            throw Changed("its last line does not stand for what comes before it");
        var archive = new RunArchive { RunId = run, Segments = segments, Blobs = blobs, Skills = skills };
        // The same run has one form only: what is written again must be what was read.
        return ArchiveWriter.Write(archive).Span.SequenceEqual(_file.Span)
            ? archive
            : throw Changed("its parts are not in the form or order in which they were written");
    }

    private JsonElement Header()
    {
        if (_file.Span.IndexOf((byte)'\n') is < 0 or > LineMax) throw None();
        JsonElement head;
        try
        {
            head = Line();
        }
        catch (JsonException)
        {
            throw None();
        }

        if (head.ValueKind != JsonValueKind.Object || !head.TryGetProperty("format", out var format)
            || format.ValueKind != JsonValueKind.String || format.GetString() != ArchiveFormat.Name) throw None();
        var version = head.GetProperty("version").GetInt32();
        if (version > ArchiveFormat.Version)
            throw new StoreException(ErrorCodes.StorageTooNew,
                $"The file has version {version} of the format; this program knows {ArchiveFormat.Version}. Use a "
                    + "newer AOS.");
        return head;
    }

    private JsonElement Line()
    {
        var rest = _file.Span[_at..];
        var length = rest[..Math.Min(rest.Length, LineMax)].IndexOf((byte)'\n');
        if (length < 0) throw Changed("a line has no end");
        using var document = JsonDocument.Parse(_file.Slice(_at, length));
        _at += length + 1;
        _parts++;
        return document.RootElement.Clone();
    }

    private ReadOnlyMemory<byte> Content(int bytes, int end)
    {
        if (bytes < 0 || bytes > end - _at - 1) throw Changed("a part is cut off");
        var content = _file.Slice(_at, bytes);
        if (_file.Span[_at + bytes] != (byte)'\n') throw Changed("a part is longer than it says");
        _at += bytes + 1;
        return content;
    }

    private static Digest Named(JsonElement part, ReadOnlyMemory<byte> content)
    {
        var digest = Digest.Of(content.Span);
        return digest.Value == Text(part, "digest")
            ? digest : throw Changed($"what it holds as {Text(part, "digest")} has another digest");
    }

    private static string Text(JsonElement part, string name) => part.GetProperty(name).GetString() ?? "";

    private static StoreException None() =>
        new(ErrorCodes.InvalidArgument, "The file is no run that `aos export` wrote, or its first line was changed.");

    private static StoreException Changed(string what) => new(ErrorCodes.HistoryTampered,
        $"The file was changed, cut off or damaged: {what}. Export the run again from its store.");
}
