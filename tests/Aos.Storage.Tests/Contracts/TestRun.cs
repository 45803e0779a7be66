using System.Security.Cryptography;
using System.Text;
using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Storage.Tests.Contracts;

/// <summary>A run of a test: makes slices that follow each other.</summary>
public sealed class TestRun(string name)
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public RunId Id { get; } = RunId.Parse("run_" + name.PadRight(8, 'x'));

    public long Seq { get; set; }

    public byte[] Head { get; set; } = new byte[32];

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static Blob BlobOf(string text) => new(Digest.Of(Utf8(text)), Utf8(text));

    /// <summary>The first slice: one event, a running run.</summary>
    public JournalSlice Begin(params string[] events) =>
        Next(events.Length == 0 ? ["begun"] : events) with { Row = Row(RunStatus.Running) };

    /// <summary>The next slice.</summary>
    public JournalSlice Next(params string[] events)
    {
        var bytes = Utf8(string.Join('\n', events));
        var after = Seq;
        Head = SHA256.HashData([.. Head, .. bytes]);
        Seq += events.Length;
        return new JournalSlice { RunId = Id, AfterSeq = after, Count = events.Length, Events = bytes, Hash = Head };
    }

    /// <summary>A slice without events.</summary>
    public JournalSlice Bare() => new() { RunId = Id, AfterSeq = Seq, Count = 0, Events = default, Hash = default };

    public RunRow Row(RunStatus status) => new()
    {
        RunId = Id,
        Tenant = "local",
        AgentId = "default",
        Status = status,
        StartedAt = Noon,
    };

    public ApprovalRow Approval(string name, ApprovalStatus status, DateTimeOffset? at = null) => new()
    {
        Id = ApprovalIdOf(name),
        RunId = Id,
        Status = status,
        RequestedAt = at ?? Noon,
        ExpiresAt = (at ?? Noon).AddDays(1),
        Request = Utf8($"may I {name}?"),
    };

    public static ApprovalId ApprovalIdOf(string name) =>
        ApprovalId.TryParse("apr_" + name.PadRight(16, '0'), out var id) ? id : throw new ArgumentException(name);
}

/// <summary>A row as values that compare: bytes as hexadecimal digits.</summary>
public sealed record RunRowView(RunRow Row)
{
    public string Head => Convert.ToHexStringLower(Row.Head.Span);

    public RunRow WithoutHead => Row with { Head = default };
}
