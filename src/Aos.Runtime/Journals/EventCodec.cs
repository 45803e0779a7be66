using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Aos.Abstractions.Storage;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Runtime.Journals;

/// <summary>Writes events as lines of JSON and reads them back. Large payloads leave for blobs on the way
/// out.</summary>
internal static class EventCodec
{
    /// <summary>Bytes above which a payload is kept as a blob.</summary>
    public const int InlineBytesMax = 256 * 1024;

    public static readonly JsonWriterOptions Options = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private const int ScratchBytesMax = 1024 * 1024;

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? _scratch;

    private const byte LineFeed = (byte)'\n';

    /// <summary>Encodes events, one a line, and their link of the hash chain; payloads that become blobs are added to
    /// the list.</summary>
    /// <param name="before">The link before.</param>
    /// <param name="events">The events.</param>
    /// <param name="blobs">Where large payloads go.</param>
    public static (ReadOnlyMemory<byte> Events, ReadOnlyMemory<byte> Hash) Encode(
        ReadOnlySpan<byte> before, ReadOnlySpan<RunEvent> events, List<Blob> blobs)
    {
        if (events.IsEmpty) return (default, default);
        var (buffer, writer) = Scratch();
        buffer.Write(before);
        for (var i = 0; i < events.Length; i++)
        {
            if (i > 0)
            {
                buffer.GetSpan(1)[0] = LineFeed;
                buffer.Advance(1);
                writer.Reset();
            }
            EventWriter.Write(writer, Detach(events[i], blobs));
            writer.Flush();
        }
        // The link and the events lie side by side, as the hash takes them.
        return (buffer.WrittenSpan[before.Length..].ToArray(), HashChain.Of(buffer.WrittenSpan));
    }

    // Encoding is the hottest path that allocates: each thread keeps its writer, unless one grew out of hand.
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) Scratch()
    {
        if (_scratch is not { } kept || kept.Buffer.Capacity > ScratchBytesMax)
        {
            var buffer = new ArrayBufferWriter<byte>(4096);
            _scratch = kept = (buffer, new Utf8JsonWriter(buffer, Options));
        }
        kept.Buffer.ResetWrittenCount();
        kept.Writer.Reset();
        return kept;
    }

    /// <summary>Decodes the lines of a segment. Payloads that are blobs are not complete yet.</summary>
    /// <exception cref="JsonException">A line is no event that this program knows.</exception>
    public static List<RunEvent> Decode(ReadOnlySpan<byte> lines)
    {
        var events = new List<RunEvent>();
        var reader = new EventReader();
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf(LineFeed);
            var line = end < 0 ? lines : lines[..end];
            events.Add(reader.Read(line));
            lines = end < 0 ? [] : lines[(end + 1)..];
        }
        return events;
    }

    /// <summary>The payloads of an event.</summary>
    public static ImmutableArray<Payload> PayloadsOf(RunEvent e) => e switch
    {
        RunEvent.RunSubmitted submitted => One(submitted.Input),
        RunEvent.AttemptReturned returned => One(returned.Result),
        RunEvent.ApprovalDecided decided => One(decided.Input),
        RunEvent.OutcomeSettled settled => One(settled.Result),
        RunEvent.SignalReceived signal => One(signal.Data),
        RunEvent.RunForked forked => One(forked.Input),
        RunEvent.StepExpanded expanded => One(expanded.Items),
        RunEvent.ApprovalRequested requested => One(requested.Input),
        RunEvent.PolicyDenied denied => One(denied.Input),
        RunEvent.QuoteRequested requested => One(requested.Input),
        RunEvent.AttemptStarted started => One(started.Input),
        RunEvent.RunEnded ended => One(ended.Output),
        RunEvent.PlannerAnswered x => [.. One(x.Output), .. One(x.Proposal), .. One(x.Details)],
        _ => [],
    };

    private static ImmutableArray<Payload> One(Payload? payload) => payload is null ? [] : [payload];

    private static RunEvent Detach(RunEvent e, List<Blob> blobs) => e switch
    {
        RunEvent.RunSubmitted x when IsBlob(x.Input) => x with { Input = Detach(x.Input, blobs) },
        RunEvent.AttemptReturned { Result: { } value } x when IsBlob(value) => x with { Result = Detach(value, blobs) },
        RunEvent.ApprovalDecided { Input: { } value } x when IsBlob(value) => x with { Input = Detach(value, blobs) },
        RunEvent.OutcomeSettled { Result: { } value } x when IsBlob(value) => x with { Result = Detach(value, blobs) },
        RunEvent.SignalReceived { Data: { } value } x when IsBlob(value) => x with { Data = Detach(value, blobs) },
        RunEvent.RunForked { Input: { } value } x when IsBlob(value) => x with { Input = Detach(value, blobs) },
        RunEvent.StepExpanded x when IsBlob(x.Items) => x with { Items = Detach(x.Items, blobs) },
        RunEvent.ApprovalRequested x when IsBlob(x.Input) => x with { Input = Detach(x.Input, blobs) },
        RunEvent.PolicyDenied x when IsBlob(x.Input) => x with { Input = Detach(x.Input, blobs) },
        RunEvent.QuoteRequested { Input: { } value } x when IsBlob(value) => x with { Input = Detach(value, blobs) },
        RunEvent.AttemptStarted { Input: { } value } x when IsBlob(value) => x with { Input = Detach(value, blobs) },
        RunEvent.RunEnded { Output: { } value } x when IsBlob(value) => x with { Output = Detach(value, blobs) },
        RunEvent.PlannerAnswered x when PayloadsOf(x).Any(IsBlob) => x with
        {
            Output = DetachLarge(x.Output, blobs),
            Proposal = DetachLarge(x.Proposal, blobs),
            Details = DetachLarge(x.Details, blobs),
        },
        _ => e,
    };

    private static Payload? DetachLarge(Payload? payload, List<Blob> blobs) =>
        payload is not null && IsBlob(payload) ? Detach(payload, blobs) : payload;

    private static Payload Detach(Payload payload, List<Blob> blobs)
    {
        var digest = Digest.Of(payload.Utf8.Span);
        blobs.Add(new Blob(digest, payload.Utf8));
        return Payload.FromBlob(new BlobRef(digest, payload.Utf8.Length));
    }

    private static bool IsBlob(Payload payload) => payload.Utf8.Length > InlineBytesMax || LooksLikeReference(payload);

    /// <summary>Whether a value itself has a <c>$blob</c> member. It would be read back as a reference, so it is kept
    /// apart whatever its size.</summary>
    public static bool LooksLikeReference(Payload payload)
    {
        var text = payload.Utf8.Span;
        return text[0] == (byte)'{' && (text.IndexOf("$blob"u8) >= 0 || text.IndexOf("\\u"u8) >= 0)
            && payload.Element.TryGetProperty(Payload.BlobMember, out _);
    }
}
