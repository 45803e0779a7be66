using System.Text.Json;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Runs;
using Aos.Runtime.Journals;

namespace Aos.Runtime.Documents;

/// <summary>Settings and plans by content, parsed and compiled once for all runs that name them. Thread-safe.</summary>
internal sealed class DocumentCache(IJournalSource store) : IRunDocuments
{
    // Runs hold what they use; this only saves compiling again.
    private const int EntriesKept = 2048;

    private readonly RecentDocuments<SettingsDocument> _settings = new(EntriesKept);
    private readonly RecentDocuments<PlanProgram> _programs = new(EntriesKept);

    public SettingsDocument Settings(Digest digest) => _settings.TryGet(digest, out var found)
        ? found
        : throw new KeyNotFoundException($"The settings {digest} were not loaded.");

    public PlanProgram Program(Digest digest) => _programs.TryGet(digest, out var found)
        ? found
        : throw new KeyNotFoundException($"The plan {digest} was not loaded.");

    /// <summary>Adds settings, and gives the blob that keeps them.</summary>
    public Blob Add(RunSettings settings) => Add(settings, BlobOf(AosJson.Write(settings)));

    /// <summary>Adds settings whose blob is known.</summary>
    public Blob Add(RunSettings settings, Blob blob)
    {
        _settings.GetOrAdd(
            blob.Digest, static value => new SettingsDocument(value, new FailureIndex(value.Catalog)), settings);
        return blob;
    }

    /// <summary>Adds a plan, and gives the blob that keeps it.</summary>
    public Blob Add(PinnedPlan plan) => Add(plan, BlobOf(AosJson.Write(plan)));

    /// <summary>Adds a plan whose blob is known.</summary>
    public Blob Add(PinnedPlan plan, Blob blob)
    {
        _programs.GetOrAdd(blob.Digest, static value => PlanProgram.Compile(value), plan);
        return blob;
    }

    /// <summary>Whether an event is of those that can name documents.</summary>
    public static bool NamesDocument(RunEvent e) =>
        e is RunEvent.RunSubmitted or RunEvent.PlannerAnswered or RunEvent.PlanAccepted or RunEvent.RunForked;

    /// <summary>Loads the documents that an event names.</summary>
    /// <exception cref="StoreException">One is missing from the store, or damaged.</exception>
    public async ValueTask LoadAsync(RunEvent e, CancellationToken cancel)
    {
        if (e is RunEvent.RunSubmitted submitted && !_settings.TryGet(submitted.Settings, out _))
            Add(Parse<RunSettings>(
                submitted.Settings, await ReadAsync(submitted.Settings, cancel).ConfigureAwait(false)));
        var plan = e switch
        {
            RunEvent.PlanAccepted accepted => accepted.Plan,
            RunEvent.PlannerAnswered answered => answered.Plan, // It need not be accepted, but why not depends on it.
            RunEvent.RunForked forked => forked.Plan,
            _ => (Digest?)null,
        };
        if (plan is { } digest && !_programs.TryGet(digest, out _))
            Add(Parse<PinnedPlan>(digest, await ReadAsync(digest, cancel).ConfigureAwait(false)));
    }

    private async ValueTask<byte[]> ReadAsync(Digest digest, CancellationToken cancel)
    {
        var bytes = await store.ReadBlobAsync(digest, cancel).ConfigureAwait(false)
            ?? throw new StoreException(ErrorCodes.StorageCorrupt, $"The document {digest} is missing from the store.");
        return Digest.Of(bytes) == digest
            ? bytes
            : throw new StoreException(ErrorCodes.HistoryTampered, $"The document {digest} was changed.");
    }

    private static T Parse<T>(Digest digest, byte[] bytes)
    {
        try
        {
            return AosJson.Read<T>(bytes);
        }
        catch (JsonException error)
        {
            throw new StoreException(ErrorCodes.StorageCorrupt,
                $"The document {digest} cannot be read by this version: {error.Message}", error);
        }
    }

    private static Blob BlobOf(byte[] bytes) => new(Digest.Of(bytes), bytes);
}
