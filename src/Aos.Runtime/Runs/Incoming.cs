using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;

namespace Aos.Runtime.Runs;

/// <summary>A fact on its way to a run.</summary>
/// <param name="Fact">The fact.</param>
/// <param name="InboxId">Its number in the store's inbox, where it came from there.</param>
/// <param name="Blobs">Documents that the fact names and that must be stored with it.</param>
internal readonly record struct Incoming(RunEvent.Fact Fact, long? InboxId = null, IReadOnlyList<Blob>? Blobs = null);
