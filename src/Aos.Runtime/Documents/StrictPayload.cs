using System.Buffers;
using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Values;
using Aos.Runtime.Journals;

namespace Aos.Runtime.Documents;

/// <summary>Checks values that come from outside as bytes: a journal that holds one must stay readable for
/// ever.</summary>
internal static class StrictPayload
{
    /// <summary>The limits of what skills return: their own size limit, and the depth that the journal
    /// carries.</summary>
    public static JsonLimits ResultLimits { get; } = new() { BytesMax = 16 << 20, DepthMax = 64, NodesMax = 2_000_000 };

    /// <summary>Reads a value strictly.</summary>
    /// <returns>The value on one line; or what is wrong with it.</returns>
    public static (Payload? Value, Problem? Problem) Read(Payload given, JsonLimits limits)
    {
        if (!given.IsComplete)
            return (null,
                new Problem(
                    "", ErrorCodes.InvalidJson, "The value is a reference to a stored value that was not loaded."));
        return StrictJson.FindProblem(given.Utf8.Span, limits) is { } problem
            ? (null, new Problem(problem.Pointer, ErrorCode.Parse(problem.Code), problem.Message))
            : (OnOneLine(given), null);
    }

    /// <summary>What is wrong with the values in a plan; empty where nothing is.</summary>
    public static IReadOnlyList<Problem> Check(Plan plan)
    {
        var problems = new List<Problem>();
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            var step = plan.Steps[i];
            Check(step.Input, $"/steps/{i}/input");
            if (step.OnFailure is OnFailure.Fallback { Call: var call })
                Check(call.Input, $"/steps/{i}/on_failure/fallback/input");
        }
        return problems;

        void Check(Payload? input, string place)
        {
            if (input is not null && CheckDocumentValue(input) is { } problem)
                problems.Add(problem with { Pointer = place + problem.Pointer });
        }
    }

    /// <summary>What is wrong with a value that is kept inside a document; null where nothing is.</summary>
    public static Problem? CheckDocumentValue(Payload value)
    {
        if (value.Blob is not null) return Reserved();
        var (read, problem) = Read(value, JsonLimits.Default);
        if (problem is not null) return problem;
        return read!.Element.ValueKind == JsonValueKind.Object && read.Element.TryGetProperty(Payload.BlobMember, out _)
            ? Reserved()
            : null;
    }

    private static Problem Reserved() =>
        new("", ErrorCodes.InvalidArgument, $"A value with a member '{Payload.BlobMember}' "
        + "cannot stand here: the name is reserved for stored values.");

    // Events are lines, so a value must not break one.
    private static Payload OnOneLine(Payload given)
    {
        var text = given.Utf8.Span;
        if (text.IndexOfAny((byte)'\n', (byte)'\r') < 0 && text[0] > ' ' && text[^1] > ' ') return given;
        var buffer = new ArrayBufferWriter<byte>(given.Utf8.Length);
        using (var writer = new Utf8JsonWriter(buffer, EventCodec.Options)) given.Element.WriteTo(writer);
        return Payload.FromUtf8(buffer.WrittenMemory);
    }
}
