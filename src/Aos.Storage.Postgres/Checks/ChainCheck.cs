using System.Security.Cryptography;
using Aos.Storage.Postgres.Engine;
using Npgsql;

namespace Aos.Storage.Postgres.Checks;

/// <summary>Follows the journals of runs link by link, from rows that are sorted by run and sequence number.</summary>
internal sealed class ChainCheck : IDisposable
{
    private const int HashBytes = 32;

    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _hash = new byte[HashBytes];
    private long _runNo = -1;
    private string _id = "";
    private long _seq;
    private byte[] _head = [];
    private long _last;
    private bool _isHeadFound;
    private string? _fault;

    /// <summary>In SQL: the rows. A run without segments is one row.</summary>
    public const string Sql = """
        SELECT r.run_no, r.id, r.seq, r.head, s.first_seq, s.count, s.events, s.hash
        FROM runs r LEFT JOIN segments s ON s.run_no = r.run_no ORDER BY r.run_no, s.first_seq
        """;

    /// <summary>Takes the next row.</summary>
    /// <returns>What is wrong with the run before, where that is now known.</returns>
    public string? Next(NpgsqlDataReader row)
    {
        string? finding = null;
        if (row.GetInt64(0) != _runNo)
        {
            finding = Finish();
            (_runNo, _id, _seq, _head) = (row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.Bytes(3));
            (_last, _isHeadFound, _fault) = (0, false, null);
            _hash.AsSpan().Clear();
        }

        if (!row.IsDBNull(4)) _fault ??= Follow(row.GetInt64(4), row.GetInt32(5), row.Bytes(6), row.Bytes(7));
        return finding;
    }

    /// <summary>What is wrong with the last run; null where nothing is.</summary>
    public string? Finish()
    {
        if (_runNo < 0) return null;
        if (!_isHeadFound)
            _fault ??= $"its row names event {_seq}, which its journal (to event {_last}) does not confirm";
        return _fault is null ? null : $"{_id}: {_fault}";
    }

    /// <summary>Frees the hash.</summary>
    public void Dispose() => _sha256.Dispose();

    private string? Follow(long firstSeq, int count, ReadOnlySpan<byte> events, ReadOnlySpan<byte> link)
    {
        if (firstSeq != _last + 1) return $"event {_last + 1} is missing";
        if (events.Count((byte)'\n') + 1 != count)
            return $"the segment from event {_last + 1} does not hold the events that it counts";
        _sha256.AppendData(_hash);
        _sha256.AppendData(events);
        _sha256.GetHashAndReset(_hash);
        if (!link.SequenceEqual(_hash)) return $"the hash chain is broken at event {_last + 1}";
        _last += count;
        _isHeadFound |= _last == _seq && link.SequenceEqual(_head);
        return null;
    }
}
