using System.Text;
using Aos.Abstractions.Storage;
using Aos.Contracts.Values;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>What a host claims and what the world saw, one line each, in a file that no crash takes away: the other
/// side of every comparison.</summary>
internal sealed class Ledger : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines;
    private readonly FileStream? _file;

    /// <summary>Goes on with lines, in memory.</summary>
    public Ledger(IEnumerable<string> lines) => _lines = [.. lines];

    /// <summary>Begins a file.</summary>
    public Ledger(string path)
        : this([]) => _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);

    /// <summary>The lines, in words.</summary>
    public IReadOnlyList<string[]> Lines
    {
        get
        {
            lock (_gate) return [.. _lines.Select(line => line.Split(' '))];
        }
    }

    /// <summary>Adds a line; it is in the file when this returns.</summary>
    public void Note(params ReadOnlySpan<string> words)
    {
        var line = string.Join(' ', words);
        lock (_gate)
        {
            _lines.Add(line);
            _file?.Write(Encoding.UTF8.GetBytes(line + "\n"));
        }
    }

    /// <summary>The lines of a kind.</summary>
    public IEnumerable<string[]> Of(string kind) => Lines.Where(words => words[0] == kind);

    public void Dispose() => _file?.Dispose();
}

/// <summary>Notes what the store acknowledges, before the runtime hears of it.</summary>
internal sealed class WitnessedStore(IStore inner, Ledger ledger) : StoreDecorator(inner)
{
    public override async ValueTask<AppendResult[]> AppendAsync(
        ReadOnlyMemory<JournalSlice> slices, CancellationToken cancel)
    {
        var results = await base.AppendAsync(slices, cancel);
        for (var i = 0; i < results.Length; i++)
            if (results[i] == AppendResult.Written && slices.Span[i] is { Count: > 0 } slice)
                ledger.Note(
                    "written", slice.RunId.Value, $"{slice.AfterSeq + slice.Count}",
                    Convert.ToHexString(slice.Hash.Span));
        return results;
    }

    public override async ValueTask<bool> PostDecisionAsync(
        ApprovalId id, ReadOnlyMemory<byte> decision, CancellationToken cancel)
    {
        var posted = await base.PostDecisionAsync(id, decision, cancel);
        if (posted) ledger.Note("decided", id.Value);
        return posted;
    }
}
