using System.Text;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

/// <summary>A run that leaves its store in one file, and is verified without it.</summary>
public sealed class ArchiveTests
{
    private const string Plan = """{"steps":[{"id":"a","skill":"read"},{"id":"b","skill":"pure","depends_on":["a"]}],"output":"steps.a.result"}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_exported_run_is_verified_without_the_store_that_it_came_from()
    {
        var (run, file, digest) = await ExportAsync(new string('x', 300_000));

        var report = await VerifyAsync(file);

        Assert.True(report.Succeeded, report.Outcome.Message);
        Assert.True(report.Value!.Parity, report.Value.FirstDivergence?.ToString());
        Assert.Equal((run, digest), (report.Value.RunId, report.Value.BehaviourDigest));
        Assert.True(report.Value.EventsCompared > 5);
    }

    [Fact]
    public async Task The_same_run_gives_the_same_bytes()
    {
        await using var bench = new RuntimeBench();
        var run = (await bench.RunAsync(bench.Plan(Plan))).RunId;
        Assert.Equal(
            (await bench.Runtime.ExportAsync(run, Cancel)).Value!.File.ToArray(),
            (await bench.Runtime.ExportAsync(run, Cancel)).Value!.File.ToArray());
        Assert.Equal(
            "UNKNOWN_RUN", (await bench.Runtime.ExportAsync(RunId.Parse("run_00000000"), Cancel)).Outcome.Code.Value);
    }

    [Fact]
    public async Task Every_changed_bit_is_found()
    {
        var (_, file, _) = await ExportAsync("small");
        var changed = file.ToArray();
        for (var at = 0; at < changed.Length; at++)
            // One bit of each byte in turn, and the one that makes another letter case.
            foreach (var bit in new[] { (byte)(1 << at % 8), (byte)0x20 })
            {
                changed[at] ^= bit;
                Assert.False(
                    (await VerifyAsync(changed)).Succeeded, $"byte {at} was changed by {bit}, which nobody noticed");
                changed[at] ^= bit;
            }

        Assert.True((await VerifyAsync(changed)).Succeeded);
    }

    [Fact]
    public async Task Every_cut_tail_is_found()
    {
        var (_, file, _) = await ExportAsync("small");
        for (var length = 0; length < file.Length; length += length < 200 || length > file.Length - 200 ? 1 : 37)
            Assert.False(
                (await VerifyAsync(file[..length])).Succeeded, $"{length} of {file.Length} bytes were taken for all");
        Assert.False((await VerifyAsync(file.ToArray().Append((byte)'\n').ToArray())).Succeeded);
        Assert.False((await VerifyAsync(file.ToArray().Concat(file.ToArray()).ToArray())).Succeeded);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Parts_that_are_missing_or_in_another_order_are_found_even_under_a_new_checksum(bool drop)
    {
        var (_, file, _) = await ExportAsync("small");
        var parts = Parts(file);
        for (var i = 0; i < parts.Count - 1; i++)
        {
            var others = parts.ToList();
            others.RemoveAt(i);
            if (!drop && i > 0) others.Insert(i - 1, parts[i]);
            var forged = Join(others, drop ? parts.Count - 1 : parts.Count);
            if (forged.AsSpan().SequenceEqual(file.Span)) continue;
            Assert.False(
                (await VerifyAsync(forged)).Succeeded,
                $"part {i} was {(drop ? "dropped" : "moved")}: {Encoding.UTF8.GetString(parts[i])}");
        }

        Assert.Equal(file.ToArray(), Join(parts, parts.Count));
    }

    [Fact]
    public async Task A_newer_format_and_a_file_of_another_kind_are_refused_by_name()
    {
        var (_, file, _) = await ExportAsync("small");
        var newer = Encoding.UTF8.GetString(file.Span)
            .Replace("\"version\":1,\"run_id\"", "\"version\":2,\"run_id\"", StringComparison.Ordinal);
        Assert.Equal("STORAGE_TOO_NEW", (await VerifyAsync(Encoding.UTF8.GetBytes(newer))).Outcome.Code.Value);
        foreach (var other in new[] { "", "{}", "not json\n", "[]\n", "{\"format\":1}\n", "{\"format\":\"zip\"}\n" })
            Assert.Equal("INVALID_ARGUMENT", (await VerifyAsync(Encoding.UTF8.GetBytes(other))).Outcome.Code.Value);
    }

    [Fact]
    public async Task An_open_run_is_exported_as_far_as_it_is()
    {
        await using var bench = new RuntimeBench();
        var run = (await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"put","approval":{}}]}"""))).RunId;
        var report = await VerifyAsync((await bench.Runtime.ExportAsync(run, Cancel)).Value!.File);
        Assert.True(report.Value!.Parity);
        Assert.Null(report.Value.BehaviourDigest);
    }

    private static async Task<(RunId Run, ReadOnlyMemory<byte> File, Digest? Behaviour)> ExportAsync(string result)
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(TwinAnswer.Ok($"\"{result}\""));
        var report = await bench.RunAsync(bench.Plan(Plan));
        Assert.Equal(RunStatus.Completed, report.Status);
        var exported = (await bench.Runtime.ExportAsync(report.RunId, Cancel)).Value!;
        Assert.Equal(
            (await bench.MemoryOf().ReadAsync(report.RunId, 0, Cancel))[^1].Hash.ToArray(), exported.Head.ToArray());
        return (report.RunId, exported.File, report.BehaviourDigest);
    }

    private static ValueTask<Answer<ReplayReport>> VerifyAsync(ReadOnlyMemory<byte> file) =>
        AosRuntime.VerifyExportAsync(file, TimeProvider.System, Cancel);

    /// <summary>The parts, each with its line and what follows; the end line is not among them.</summary>
    private static List<byte[]> Parts(ReadOnlyMemory<byte> file)
    {
        var parts = new List<byte[]>();
        var rest = file.Span;
        while (true)
        {
            var line = rest[..(rest.IndexOf((byte)'\n') + 1)];
            using var json = System.Text.Json.JsonDocument.Parse(line.ToArray());
            if (json.RootElement.TryGetProperty("part", out var part) && part.GetString() == "end") return parts;
            var length = line.Length
                + (json.RootElement.TryGetProperty("bytes", out var bytes) ? bytes.GetInt32() + 1 : 0);
            parts.Add(rest[..length].ToArray());
            rest = rest[length..];
        }
    }

    private static byte[] Join(IEnumerable<byte[]> parts, int count)
    {
        var body = parts.SelectMany(part => part).ToArray();
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(body));
        return [.. body, .. Encoding.ASCII.GetBytes($"{{\"part\":\"end\",\"parts\":{count},\"sha256\":\"{hash}\"}}\n")];
    }
}
