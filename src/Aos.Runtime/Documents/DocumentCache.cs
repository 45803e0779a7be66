using System.Collections.Concurrent;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Runs;

namespace Aos.Runtime.Documents;

/// <summary>Settings and plans by content, parsed and compiled once for all runs that name them. Thread-safe.</summary>
internal sealed class DocumentCache(IStore store) : IRunDocuments
{
    // Runs hold what they use; this only saves compiling again, so forgetting everything now and then is harmless.
    private const int EntriesMax = 4096;

    private readonly ConcurrentDictionary<Digest, SettingsDocument> _settings = new();
    private readonly ConcurrentDictionary<Digest, PlanProgram> _programs = new();

    public SettingsDocument Settings(Digest digest) => _settings.TryGetValue(digest, out var found)
        ? found
        : throw new KeyNotFoundException($"The settings {digest} were not loaded.");

    public PlanProgram Program(Digest digest) => _programs.TryGetValue(digest, out var found)
        ? found
        : throw new KeyNotFoundException($"The plan {digest} was not loaded.");

    /// <summary>Adds settings, and gives the blob that keeps them.</summary>
    public Blob Add(RunSettings settings) => Add(settings, BlobOf(AosJson.Write(settings)));

    /// <summary>Adds settings whose blob is known.</summary>
    public Blob Add(RunSettings settings, Blob blob)
    {
        Trim(_settings);
        _settings.GetOrAdd(blob.Digest, static (_, value) => new SettingsDocument(value, new FailureIndex(value.Catalog)), settings);
        return blob;
    }

    /// <summary>Adds a plan, and gives the blob that keeps it.</summary>
    public Blob Add(PinnedPlan plan) => Add(plan, BlobOf(AosJson.Write(plan)));

    /// <summary>Adds a plan whose blob is known.</summary>
    public Blob Add(PinnedPlan plan, Blob blob)
    {
        Trim(_programs);
        _programs.GetOrAdd(blob.Digest, static (_, value) => PlanProgram.Compile(value), plan);
        return blob;
    }

    /// <summary>Loads the documents that an event names.</summary>
    /// <exception cref="StoreException">One is missing from the store, or damaged.</exception>
    public async ValueTask LoadAsync(RunEvent e, CancellationToken cancel)
    {
        if (e is RunEvent.RunSubmitted submitted && !_settings.ContainsKey(submitted.Settings))
            Add(AosJson.Read<RunSettings>(await ReadAsync(submitted.Settings, cancel).ConfigureAwait(false)));
        if (e is RunEvent.PlanAccepted accepted && !_programs.ContainsKey(accepted.Plan))
            Add(AosJson.Read<PinnedPlan>(await ReadAsync(accepted.Plan, cancel).ConfigureAwait(false)));
    }

    private async ValueTask<byte[]> ReadAsync(Digest digest, CancellationToken cancel)
    {
        var bytes = await store.ReadBlobAsync(digest, cancel).ConfigureAwait(false)
            ?? throw new StoreException(ErrorCodes.StorageCorrupt, $"The document {digest} is missing from the store.");
        return Digest.Of(bytes) == digest
            ? bytes
            : throw new StoreException(ErrorCodes.HistoryTampered, $"The document {digest} was changed.");
    }

    private static Blob BlobOf(byte[] bytes) => new(Digest.Of(bytes), bytes);

    private static void Trim<T>(ConcurrentDictionary<Digest, T> entries)
    {
        if (entries.Count > EntriesMax) entries.Clear();
    }
}
