using System.Text;
using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Skills;
using Aos.Storage.Sqlite;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime;

/// <summary>Large values, values that look like references, and tampering, on the store that users have.</summary>
public sealed class StoredValueTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aos-runtime-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("large")]
    [InlineData("reference")]
    [InlineData("lines")]
    public async Task A_value_survives_on_disk_as_it_was(string kind)
    {
        var value = kind switch
        {
            "large" => $$"""{"text":"{{new string('ö', 200_000)}}","n":1.5}""",
            "reference" =>
                """{"$blob":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","bytes":0}""",
            _ => "{\n  \"a\": [\n    1,\r\n 2 ]\n}",
        };
        var kept = kind == "lines" ? """{"a":[1,2]}""" : value;
        await using var bench = new RuntimeBench();
        bench.Read.Answers(TwinAnswer.Ok(value));
        bench.Put.Answers(TwinAnswer.Ok());
        var request =
            bench.Plan("""{"steps":[{"id":"a","skill":"read","input":{"x":"${input}"}},{"id":"b","skill":"put","input":{"x":"${steps.a.result}"}}],"output":"[input, steps.a.result]"}""", value);
        var run =
            (await OnDiskAsync(
                bench, async runtime => (await runtime.RunAsync(request, CancellationToken.None)).Value!)).RunId;

        await OnDiskAsync(bench, async runtime =>
        {
            var report = (await runtime.ReportAsync(run, CancellationToken.None)).Value!;
            Assert.Equal(RunStatus.Completed, report.Status);
            Assert.Equal(RuntimeBench.Json(kept), report.Steps[0].Outcome!.Result);
            Assert.Equal(2, report.Output!.Element.GetArrayLength());
            Assert.All(report.Output.Element.EnumerateArray(), item => Assert.True(
                System.Text.Json.JsonElement.DeepEquals(item, RuntimeBench.Json(value).Element)));
            var replay = await runtime.ReplayAsync(run, "verify", CancellationToken.None);
            Assert.True(replay.Value!.Parity, replay.Value.FirstDivergence?.ToString());
            return report;
        });
        Assert.True(System.Text.Json.JsonElement.DeepEquals(
            bench.Put.Calls[0].Input.Element.GetProperty("x"), RuntimeBench.Json(value).Element));
    }

    [Theory]
    [InlineData("steps.a.result.n == 1", false)]
    [InlineData("event", true)]
    [InlineData("blob", true)]
    public async Task Tampering_is_found(string what, bool isTampered)
    {
        await using var bench = new RuntimeBench();
        bench.Read.Answers(TwinAnswer.Ok($$"""{"n":"{{new string('x', 300_000)}}"}"""));
        var report = await bench.RunAsync(bench.Plan("""{"steps":[{"id":"a","skill":"read"}]}"""));
        var store = new TamperingStore(bench.Store, what);
        await using var reader = new AosRuntime(
            new AosRuntimeParts { Store = store, Skills = SkillRegistry.Create(bench.Skills), Time = bench.Time });
        var replay = await reader.ReplayAsync(report.RunId, "verify", CancellationToken.None);
        Assert.Equal(isTampered ? "HISTORY_TAMPERED" : "OK", replay.Outcome.Code.Value);
    }

    [Fact]
    public async Task What_nests_deeper_than_any_single_value_may_can_still_be_read_back()
    {
        await using var bench = new RuntimeBench();
        var deep = new string('[', 60) + new string(']', 60);
        bench.Pure.Answers(TwinAnswer.Ok(deep));
        var report = await bench.RunAsync(
            bench.Plan("""{"steps":[{"id":"a","skill":"pure"},{"id":"b","skill":"read","input":{"x":[[[[[["${steps.a.result}"]]]]]]}}],"output":"{a:{b:{c:{d:{e:steps.a.result}}}}}"}"""));
        bench.Open();
        var read = await bench.Runtime.ReportAsync(report.RunId, CancellationToken.None);
        Assert.Equal(report.Output, read.Value?.Output);
        await bench.VerifyAsync(report.RunId);
    }

    private async Task<T> OnDiskAsync<T>(RuntimeBench bench, Func<AosRuntime, Task<T>> use)
    {
        await using var store = await SqliteStore.OpenAsync(
            new SqliteStoreOptions { Directory = _folder }, TimeProvider.System, CancellationToken.None);
        await using var runtime = new AosRuntime(
            new AosRuntimeParts { Store = store, Skills = SkillRegistry.Create(bench.Skills), Time = bench.Time });
        return await use(runtime);
    }

    /// <summary>A store whose disk was edited.</summary>
    private sealed class TamperingStore(IStore inner, string what) : Proxy(inner)
    {
        public override async ValueTask<IReadOnlyList<JournalSegment>> ReadAsync(
            RunId runId, long afterSeq, CancellationToken cancel)
        {
            var segments = (await base.ReadAsync(runId, afterSeq, cancel)).ToList();
            if (what == "event")
                segments[0] = segments[0] with
                {
                    Events = Encoding.UTF8.GetBytes(
                        Encoding.UTF8.GetString(segments[0].Events.Span).Replace("tester", "jester"))
                };
            return segments;
        }

        public override async ValueTask<byte[]?> ReadBlobAsync(Digest digest, CancellationToken cancel)
        {
            var bytes = await base.ReadBlobAsync(digest, cancel);
            if (what == "blob" && bytes?.Length > 300_000) bytes[100]++;
            return bytes;
        }
    }
}
