using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Replay;
using Aos.Runtime.Archives;
using Aos.Runtime.Documents;
using Aos.Runtime.Journals;

namespace Aos.Runtime;

/// <summary>Runs that leave the store, and runs that stay behind.</summary>
public sealed partial class AosRuntime
{
    /// <summary>A run in one portable file: journal, blobs, documents, skill contracts and hash chain, as
    /// <c>docs/formats.md</c> describes it. A run that is open is exported as far as it is durable. The same journal
    /// gives the same bytes.</summary>
    /// <remarks>The journal is followed before it is given away: what comes out verifies.</remarks>
    public ValueTask<Answer<ExportedRun>> ExportAsync(RunId runId, CancellationToken cancel) => GuardAsync(async () =>
    {
        if (await ArchiveWriter.GatherAsync(_services.Store, runId, cancel).ConfigureAwait(false) is not { } archive)
            return UnknownRun<ExportedRun>(runId);
        await new JournalReader(archive, new DocumentCache(archive)).ReadAsync(runId, cancel).ConfigureAwait(false);
        return _outcomes.Of(ExportedRun.Of(archive, ArchiveWriter.Write(archive)), run: runId);
    });

    /// <summary>An exported run as <see cref="ExportAsync"/> gave it, from its file; or why that cannot be.</summary>
    /// <param name="file">The file.</param>
    /// <param name="time">The clock of the outcome.</param>
    public static Answer<ExportedRun> ReadExport(ReadOnlyMemory<byte> file, TimeProvider time)
    {
        var outcomes = new Outcomes(FailureIndex.BuiltIn, time);
        try
        {
            return outcomes.Of(ExportedRun.Of(ArchiveReader.Read(file), file));
        }
        catch (StoreException refused)
        {
            return outcomes.Refuse<ExportedRun>(refused.Code, refused.Message);
        }
    }

    /// <summary>Verifies an exported run: that the file is whole and unchanged, that its hash chain holds, and that
    /// today's kernel decides as its journal has it. Needs no store, network or keys.</summary>
    /// <param name="file">What <see cref="ExportAsync"/> gave.</param>
    /// <param name="time">The clock of the outcome.</param>
    /// <param name="cancel">Ends the call.</param>
    public static async ValueTask<Answer<ReplayReport>> VerifyExportAsync(
        ReadOnlyMemory<byte> file, TimeProvider time, CancellationToken cancel)
    {
        var outcomes = new Outcomes(FailureIndex.BuiltIn, time);
        try
        {
            var archive = ArchiveReader.Read(file);
            var documents = new DocumentCache(archive);
            var journal =
                await new JournalReader(archive, documents).ReadAsync(archive.RunId, cancel).ConfigureAwait(false)
                ?? throw new StoreException(ErrorCodes.HistoryTampered, "The file holds no journal.");
            ArchiveReader.RequireWhole(archive, journal.Events);
            return outcomes.Of(JournalVerifier.Verify(archive.RunId, documents, journal.Events), run: archive.RunId);
        }
        catch (StoreException refused)
        {
            return outcomes.Refuse<ReplayReport>(refused.Code, refused.Message);
        }
    }

    /// <summary>The runs that are held since their store was restored, oldest first, with what somebody must look at
    /// before they are released: calls that may have taken effect without the journal knowing of it.</summary>
    public ValueTask<Answer<IReadOnlyList<HeldRun>>> ReviewHeldAsync(CancellationToken cancel) => GuardAsync(async () =>
    {
        var held = new List<HeldRun>();
        for (RunId? before = null; ;)
        {
            var filter = new RunFilter { Statuses = [RunStatus.Quarantined], Before = before, Limit = 1_000 };
            var page = await _services.Store.ListRunsAsync(filter, cancel).ConfigureAwait(false);
            foreach (var row in page)
                if (row.Code == ErrorCodes.RunHeld) held.Add(await ReviewAsync(row, cancel).ConfigureAwait(false));
            if (page.Count < filter.Limit) break;
            before = page[^1].RunId;
        }

        held.Reverse();
        return _outcomes.Of<IReadOnlyList<HeldRun>>(held);
    });

    private async ValueTask<HeldRun> ReviewAsync(RunRow row, CancellationToken cancel)
    {
        try
        {
            var state = await FoldAsync(row.RunId, cancel).ConfigureAwait(false);
            return state is null ? new HeldRun(row, null, []) : HeldRun.Of(row, state);
        }
        catch (StoreException unreadable)
        {
            return new HeldRun(row with { Reason = unreadable.Message }, null, []);
        }
    }
}
