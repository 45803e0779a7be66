using System.Globalization;
using System.Text;
using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Storage.Tests.Contracts;
using Aos.Storage.Tests.Memory;
using Aos.Storage.Tests.Postgres;
using Aos.Storage.Tests.Sqlite;
using CsCheck;

namespace Aos.Storage.Tests.Model;

/// <summary>Random operations of two processes on a real store and on the model in memory answer alike.</summary>
public sealed class RandomOperationsTests
{
    private static readonly string[] Names = ["a", "b", "c"];

    private static readonly Gen<Operation> AnyOperation = Gen.Frequency(
        (8, Gen.Select(Gen.Int[0, 1], Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, 9],
            (process, run, events, luck) => new Operation("append", process, run, events, luck))),
        (2, Simple("adopt")), (1, Simple("release")), (2, Simple("post")), (1, Simple("discard")), (1, Simple("skill")),
        (1, Simple("compact")), (1, Simple("prune")),
        (1, Simple("crash")));

    [Fact]
    public void The_embedded_store_answers_like_the_model() => AnswersLikeTheModel<SqliteFixture>(histories: 60);

    [Fact]
    public void The_shared_store_answers_like_the_model() => AnswersLikeTheModel<PostgresFixture>(histories: 20);

    private static void AnswersLikeTheModel<TFixture>(int histories) where TFixture : IStoreFixture, new() =>
        AnyOperation.List[1, 40].Sample(operations =>
        {
            var expected = PlayAsync(new MemoryFixture(), operations).GetAwaiter().GetResult();
            var actual = PlayAsync(new TFixture(), operations).GetAwaiter().GetResult();
            Assert.Equal(expected, actual);
        }, iter: histories, threads: 1, print: operations => string.Join('\n', operations));

    private static Gen<Operation> Simple(string what) => Gen.Select(Gen.Int[0, 1], Gen.Int[0, 2], Gen.Int[0, 9],
        (process, run, luck) => new Operation(what, process, run, 0, luck));

    private static async Task<string> PlayAsync(IStoreFixture fixture, List<Operation> operations)
    {
        await using var world = fixture;
        var player = new Player(fixture, [await fixture.OpenAsync(), await fixture.OpenAsync()]);
        foreach (var operation in operations) await player.PlayAsync(operation);
        var transcript = await player.FinishAsync();
        foreach (var store in player.Stores) await store.DisposeAsync();
        return transcript;
    }

    private sealed record Operation(string What, int Process, int Run, int Events, int Luck);

    /// <summary>Plays operations and writes down every answer. Owners are written as the number of their
    /// process.</summary>
    private sealed class Player(IStoreFixture fixture, IStore[] stores)
    {
        private readonly StringBuilder _transcript = new();
        private readonly Dictionary<string, int> _owners = stores
            .Select((store, at) => (store.Owner, at)).ToDictionary(entry => entry.Owner, entry => entry.at);

        public IStore[] Stores => stores;

        private static CancellationToken Cancel => TestContext.Current.CancellationToken;

        public async Task PlayAsync(Operation operation)
        {
            var store = stores[operation.Process];
            var run = new TestRun(Names[operation.Run]);
            switch (operation.What)
            {
                case "append":
                    await AppendAsync(store, run, operation);
                    break;
                case "adopt":
                    Say($"adopt {await store.AdoptAsync(run.Id, Cancel)}");
                    break;
                case "release":
                    await store.ReleaseAsync(run.Id, Cancel);
                    break;
                case "post":
                    Say($"post {await store.PostAsync(run.Id, TestRun.Utf8($"fact {operation.Luck}"), Cancel)}");
                    break;
                case "discard":
                    await store.DiscardAsync([operation.Luck, operation.Luck + 1], Cancel);
                    break;
                case "skill":
                    var contract = TestRun.Utf8($"contract {operation.Luck % 3}");
                    var skill =
                        new SkillRow(Names[operation.Run], $"1.{operation.Luck % 2}.0", Digest.Of(contract), contract);
                    Say($"refused {(await store.RecordSkillsAsync([skill], Cancel)).Count}");
                    break;
                case "compact":
                    await store.CompactAsync(
                        1 + operation.Luck, Cancel); // How many it looks at is the store's own business.
                    break;
                case "prune":
                    var request = new PruneRequest
                    {
                        EndedBefore = TestRun.Noon.AddDays(1),
                        Keep = operation.Luck % 2,
                        Limit = 1 + operation.Luck % 3
                    };
                    var pruned = await store.PruneAsync(request with { DryRun = operation.Luck > 7 }, Cancel);
                    Say($"pruned {pruned.Runs} {pruned.Events} swept {(await store.SweepBlobsAsync(Cancel)).Blobs}");
                    break;
                case "crash":
                    await fixture.CrashAsync(store);
                    stores[operation.Process] = await fixture.OpenAsync();
                    _owners[stores[operation.Process].Owner] = _owners.Count;
                    break;
            }
        }

        public async Task<string> FinishAsync()
        {
            foreach (var store in stores)
            {
                foreach (var row in await store.ListRunsAsync(new RunFilter(), Cancel)) await SayRunAsync(store, row);
                RunStatus[] some = [RunStatus.Failed, RunStatus.Waiting];
                foreach (var row in await store.ListRunsAsync(new RunFilter { Statuses = some, Limit = 2 }, Cancel))
                    Say($"listed {row.RunId}");
                foreach (var approval in await store.ListApprovalsAsync(openOnly: false, Cancel))
                    Say($"{approval.Id} {approval.RunId} {approval.Status} {approval.RequestedAt:O}");
                foreach (var approval in await store.ListApprovalsAsync(openOnly: true, Cancel))
                    Say($"open {approval.Id}");
                foreach (var item in await store.ReadInboxAsync(Cancel))
                    Say($"inbox {item.Id} {item.RunId} {TestRun.Text(item.Fact)}");
                foreach (var skill in await store.ListSkillsAsync(Cancel))
                    Say($"{skill.Name} {skill.Version} {TestRun.Text(skill.Contract)}");
                Say($"findings {(await store.CheckAsync(Cancel)).Count}");
            }

            return _transcript.ToString();
        }

        private async Task AppendAsync(IStore store, TestRun run, Operation operation)
        {
            await CatchUpAsync(store, run);
            var slices = new List<JournalSlice>();
            for (var i = 0; i < operation.Events; i++)
                slices.Add(Decorate(run, Next(run, $"e{i}"), operation.Luck + i));
            if (slices.Count == 0 && run.Seq > 0) slices.Add(run.Bare() with { Row = run.Row(RunStatus.Waiting) });
            if (operation.Luck == 0 && slices.Count > 1) slices.Reverse();
            if (operation.Luck == 1 && slices.Count > 0) slices.Add(slices[0]);
            foreach (var result in await store.AppendAsync(slices.ToArray(), Cancel)) Say($"append {result}");
        }

        private static async Task CatchUpAsync(IStore store, TestRun run)
        {
            foreach (var segment in await store.ReadAsync(run.Id, 0, Cancel))
                (run.Seq, run.Head) = (segment.FirstSeq + segment.Count - 1, segment.Hash.ToArray());
        }

        private static JournalSlice Next(TestRun run, string text) =>
            run.Seq == 0 ? run.Begin(text, "x") : run.Next(text);

        private static JournalSlice Decorate(TestRun run, JournalSlice slice, int luck) => slice with
        {
            Row = luck % 3 == 0 || slice.AfterSeq == 0
                ? run.Row((RunStatus)(luck % 6)) with { EndedAt = TestRun.Noon } : null,
            Blobs = luck % 4 == 0 ? [TestRun.BlobOf($"blob {luck}")] : [],
            Approvals = luck % 5 == 0
                ? [run.Approval($"ask{luck % 2}", (ApprovalStatus)(luck % 3), TestRun.Noon.AddMinutes(luck % 4))]
                : [],
            Consumed = luck % 2 == 0 ? [1, 2, 3] : [],
        };

        private async Task SayRunAsync(IStore store, RunRow row)
        {
            var owner = row.Owner is { } name ? _owners[name].ToString(CultureInfo.InvariantCulture) : "nobody";
            Say($"{row.RunId} {row.Status} {row.Seq} {Convert.ToHexStringLower(row.Head.Span)} {owner} {row.Epoch} {row.Crashes}");
            foreach (var segment in await store.ReadAsync(row.RunId, 1, Cancel))
                Say($"  {segment.FirstSeq} {segment.Count} {TestRun.Text(segment.Events)}");
        }

        private void Say(FormattableString line) => _transcript.Append(CultureInfo.InvariantCulture, $"{line}\n");
    }
}
