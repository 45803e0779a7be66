using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Replay;
using Aos.Kernel.Runs;

namespace Aos.Tests.Golden;

/// <summary>Journals that past versions recorded are folded and verified by every build.</summary>
public sealed class GoldenJournalTests
{
    private const string Folder = "tests/Aos.Simulation.Tests/Journals/v1";

    private static bool Updates => Environment.GetEnvironmentVariable("AOS_UPDATE") == "1";

    private static string ManifestPath => Repository.PathOf($"{Folder}/manifest.json");

    private static JsonObject Manifest =>
        File.Exists(ManifestPath) ? JsonNode.Parse(File.ReadAllText(ManifestPath))!.AsObject() : [];

    public static TheoryData<string> Names() => [.. Manifest.Select(entry => entry.Key)];

    [Fact]
    public void Every_scenario_has_a_journal()
    {
        if (Updates) RecordMissing();
        Assert.Empty(GoldenScenarios.All.Keys.Except(Manifest.Select(entry => entry.Key), StringComparer.Ordinal));
    }

    [Fact]
    public void Between_them_they_have_every_event() => Assert.Empty(
        typeof(RunEvent).GetNestedTypes()
            .Where(type => type is { IsAbstract: false } && type.IsSubclassOf(typeof(RunEvent)))
            .Except(Manifest.SelectMany(entry => Read(entry.Key)).Select(e => e.GetType())));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_golden_journal_is_as_it_was_recorded(string name) =>
        Assert.Equal((string?)Manifest[name]!["digest"], Digest.Of(File.ReadAllBytes(PathOf(name))).Value);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_golden_journal_reads_back_byte_for_byte(string name) =>
        Assert.Equal(Lines(name), Read(name).Select(e => Encoding.UTF8.GetString(AosJson.Write(e))));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_golden_journal_folds_and_verifies(string name)
    {
        var (events, documents) = (Read(name), new GoldenDocuments());
        var state = RunState.Fold(documents, events);

        var report = JournalVerifier.Verify(state.Submitted!.RunId, documents, events);

        Assert.True(
            report.Parity,
            $"event {report.FirstDivergence?.Seq}: {report.FirstDivergence?.Message}\n{report.FirstDivergence?.Expected}\n{report.FirstDivergence?.Found}");
        Assert.Equal((int)Manifest[name]!["events"]!, report.EventsCompared);
        Assert.Equal((string?)Manifest[name]!["behaviour_digest"], report.BehaviourDigest?.Value);
    }

    private static string PathOf(string name) => Repository.PathOf($"{Folder}/{name}.jsonl");

    private static string[] Lines(string name) => File.ReadAllText(PathOf(name)).TrimEnd('\n').Split('\n');

    private static List<RunEvent> Read(string name) =>
        [.. Lines(name).Select(line => AosJson.Read<RunEvent>(Encoding.UTF8.GetBytes(line)))];

    private static void RecordMissing()
    {
        var manifest = Manifest;
        foreach (var (name, record) in GoldenScenarios.All)
        {
            if (manifest.ContainsKey(name)) continue;
            var run = record();
            foreach (var e in run.Journal)
            {
                if (e is RunEvent.RunSubmitted submitted)
                    Keep(submitted.Settings, AosJson.Write(run.Documents.Settings(submitted.Settings).Settings));
                if (e is RunEvent.PlanAccepted accepted)
                    Keep(accepted.Plan, AosJson.Write(run.Documents.Program(accepted.Plan).Source));
            }
            File.WriteAllText(
                PathOf(name), string.Concat(run.Journal.Select(e => Encoding.UTF8.GetString(AosJson.Write(e)) + "\n")));
            manifest[name] = new JsonObject
            {
                ["digest"] = Digest.Of(File.ReadAllBytes(PathOf(name))).Value,
                ["events"] = run.Journal.Count,
                ["behaviour_digest"] = run.State.Ended!.BehaviourDigest.Value,
            };
        }
        File.WriteAllText(
            ManifestPath, manifest.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    private static void Keep(Digest digest, byte[] document)
    {
        var path = Repository.PathOf($"{Folder}/documents/{digest.Hex}.json");
        if (!File.Exists(path)) File.WriteAllBytes(path, document);
    }

    /// <summary>Documents by the names that the journals have for them, whatever today's program would call
    /// them.</summary>
    private sealed class GoldenDocuments : IRunDocuments
    {
        private readonly Dictionary<Digest, SettingsDocument> _settings = [];
        private readonly Dictionary<Digest, PlanProgram> _programs = [];

        public SettingsDocument Settings(Digest digest)
        {
            if (!_settings.TryGetValue(digest, out var known))
            {
                var settings = Load<RunSettings>(digest);
                _settings[digest] = known = new SettingsDocument(settings, new FailureIndex(settings.Catalog));
            }
            return known;
        }

        public PlanProgram Program(Digest digest)
        {
            if (!_programs.TryGetValue(digest, out var known))
                _programs[digest] = known = PlanProgram.Compile(Load<PinnedPlan>(digest));
            return known;
        }

        private static T Load<T>(Digest digest)
        {
            var bytes = File.ReadAllBytes(Repository.PathOf($"{Folder}/documents/{digest.Hex}.json"));
            Assert.Equal(digest, Digest.Of(bytes));
            return AosJson.Read<T>(bytes);
        }
    }
}
