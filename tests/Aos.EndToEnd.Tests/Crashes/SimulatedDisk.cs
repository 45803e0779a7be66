using System.Security.Cryptography;
using System.Text;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>What becomes of that which was not flushed when the power fails.</summary>
internal enum Unflushed
{
    /// <summary>All of it reached the disk: what is there after the process was killed and the system was
    /// not.</summary>
    Kept,

    /// <summary>None of it did.</summary>
    Dropped,

    /// <summary>Some did: of each write, each sector of 512 bytes by itself; of a directory, its first
    /// changes.</summary>
    Torn,
}

/// <summary>A disk that knows what is durable and what is on its way. A flush of a file makes its contents durable, a
/// flush of a directory the names in it. Nothing else does.</summary>
internal sealed class SimulatedDisk(string root)
{
    private const int SectorBytes = 512;

    private readonly Dictionary<uint, Inode> _open = [];
    private readonly Dictionary<string, Inode> _names =
        new(StringComparer.Ordinal) { [root] = new Inode { IsDirectory = true } };
    private readonly Dictionary<string, Inode> _durableNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<NameChange>> _changes = new(StringComparer.Ordinal);

    /// <summary>What the process has noted in its file <c>said</c>, which is no part of what a crash takes.</summary>
    public List<string> Said { get; } = [];

    /// <summary>Takes a directory as it lies there, all of it durable: what a process finds that is recorded from
    /// here.</summary>
    public void Load(string directory)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(directory))
        {
            var isDirectory = Directory.Exists(entry);
            _names[entry] = _durableNames[entry] = new Inode
            {
                IsDirectory = isDirectory,
                Durable = isDirectory ? [] : File.ReadAllBytes(entry),
            };
            if (isDirectory) Load(entry);
        }
    }

    /// <summary>Does what a recorded call did.</summary>
    public void Apply(DiskCall call)
    {
        switch (call.Kind)
        {
            case DiskCallKind.Open:
                if (call.Offset == 1) Change(new NameChange(call.Path, new Inode(), null));
                var opened = _open[call.Handle] = _names[call.Path];
                if (call.Offset == 2) opened.Pending.Add(new Cut(0));
                opened.IsNote = call.Path == root + "/said";
                break;
            case DiskCallKind.Write:
                Write(_open[call.Handle], call);
                break;
            case DiskCallKind.Cut:
                _open[call.Handle].Pending.Add(new Cut(call.Offset));
                break;
            case DiskCallKind.Sync:
                Sync(_open[call.Handle]);
                break;
            case DiskCallKind.Rename:
                Change(new NameChange(call.To, _names[call.Path], call.Path));
                break;
            case DiskCallKind.Link:
                Change(new NameChange(call.To, _names[call.Path], null));
                break;
            case DiskCallKind.Unlink:
                Change(new NameChange(call.Path, null, null));
                break;
            default:
                Change(new NameChange(call.Path, new Inode { IsDirectory = true }, null));
                break;
        }
    }

    /// <summary>The files as a crash at this moment would leave them, by path below the root.</summary>
    public DiskImage Crash(Unflushed unflushed, Dice dice)
    {
        var names = new Dictionary<string, Inode>(_durableNames, StringComparer.Ordinal);
        foreach (var (_, changes) in _changes.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var kept = unflushed switch
            {
                Unflushed.Kept => changes.Count,
                Unflushed.Dropped => 0,
                _ => dice.Between(0, changes.Count),
            };
            foreach (var change in changes.Take(kept)) change.Apply(names);
        }

        var files = new SortedDictionary<string, byte[]?>(StringComparer.Ordinal);
        foreach (var (path, inode) in names.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (inode.IsNote || !IsReachable(path, names)) continue;
            files[path[(root.Length + 1)..]] = inode.IsDirectory ? null : inode.Crash(unflushed, dice);
        }
        return new DiskImage(files);
    }

    private void Write(Inode inode, DiskCall call)
    {
        if (inode.IsNote)
            Said.AddRange(Encoding.UTF8.GetString(call.Bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        else inode.Pending.Add(new Written(call.Offset, call.Bytes));
    }

    private void Change(NameChange change)
    {
        change.Apply(_names);
        var directory = Path.GetDirectoryName(change.Path)!;
        if (!_changes.TryGetValue(directory, out var changes)) _changes[directory] = changes = [];
        changes.Add(change);
    }

    private void Sync(Inode inode)
    {
        inode.Flush();
        if (!inode.IsDirectory) return;
        foreach (var directory in _names.Where(name => ReferenceEquals(name.Value, inode))
            .Select(name => name.Key).ToList())
            if (_changes.Remove(directory, out var changes))
                foreach (var change in changes) change.Apply(_durableNames);
    }

    private bool IsReachable(string path, Dictionary<string, Inode> names)
    {
        for (var directory = Path.GetDirectoryName(path)!; directory != root; directory =
            Path.GetDirectoryName(directory)!)
            if (!names.ContainsKey(directory)) return false;
        return path != root;
    }

    /// <summary>A name that now means this file, or none; and the name that it had before.</summary>
    private sealed record NameChange(string Path, Inode? File, string? From)
    {
        public void Apply(Dictionary<string, Inode> names)
        {
            if (From is not null) names.Remove(From);
            if (File is null) names.Remove(Path);
            else names[Path] = File;
        }
    }

    private abstract record FileChange;

    private sealed record Written(long Offset, byte[] Bytes) : FileChange;

    private sealed record Cut(long Length) : FileChange;

    private sealed class Inode
    {
        public bool IsDirectory { get; init; }

        public bool IsNote { get; set; }

        public byte[] Durable { get; set; } = [];

        public List<FileChange> Pending { get; } = [];

        public void Flush()
        {
            Durable = Crash(Unflushed.Kept, new Dice(0));
            Pending.Clear();
        }

        public byte[] Crash(Unflushed unflushed, Dice dice)
        {
            if (unflushed == Unflushed.Dropped || Pending.Count == 0) return Durable;
            var bytes = Durable;
            foreach (var change in Pending)
                switch (change)
                {
                    case Cut cut when unflushed == Unflushed.Kept || dice.Chance(500):
                        Array.Resize(ref bytes, (int)cut.Length);
                        break;
                    case Written write:
                        Apply(ref bytes, write, unflushed, dice);
                        break;
                    default:
                        break;
                }
            return bytes;
        }

        private void Apply(ref byte[] bytes, Written write, Unflushed unflushed, Dice dice)
        {
            if (ReferenceEquals(bytes, Durable)) bytes = [.. bytes];
            var end = write.Offset + write.Bytes.Length;
            for (var at = write.Offset; at < end;)
            {
                var next = Math.Min(end, (at / SectorBytes + 1) * SectorBytes);
                if (unflushed == Unflushed.Kept || dice.Chance(500))
                {
                    if (bytes.Length < next) Array.Resize(ref bytes, (int)next);
                    write.Bytes.AsSpan((int)(at - write.Offset), (int)(next - at)).CopyTo(bytes.AsSpan((int)at));
                }
                at = next;
            }
        }
    }
}

/// <summary>Files as a crash left them; null for a directory.</summary>
internal sealed class DiskImage(SortedDictionary<string, byte[]?> files)
{
    /// <summary>Tells images apart.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, bytes) in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\0{bytes?.Length ?? -1}\0"));
            if (bytes is not null) hash.AppendData(bytes);
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Puts the files into a directory.</summary>
    public void Write(string directory)
    {
        foreach (var (path, bytes) in files)
        {
            var target = Path.Combine(directory, path);
            if (bytes is null) Directory.CreateDirectory(target);
            else File.WriteAllBytes(target, bytes);
        }
    }
}
