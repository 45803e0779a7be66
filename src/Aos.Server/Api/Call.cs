using System.Globalization;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Schemas;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Documents;
using Aos.Server.Hosting;

namespace Aos.Server.Api;

/// <summary>One request, once it is known who sent it: reads what it brings, strictly.</summary>
internal sealed class Call(HttpContext http, Operation operation, Caller caller, ServerParts server)
    : Acting(caller, server, http.RequestAborted)
{
    private const string JsonType = "application/json";
    private ReadOnlyMemory<byte> _body;

    public Operation Operation => operation;

    public HttpRequest Request => http.Request;

    /// <summary>What the call is about, for the audit log.</summary>
    public string? Target { get; set; }

    /// <summary>A part of the path.</summary>
    public string Route(string name) => (string)http.Request.RouteValues[name]!;

    /// <summary>A part of the path that is a scalar.</summary>
    public T Route<T>(string name) where T : struct, IScalar<T> => T.TryParse(Target = Route(name), out var value)
        ? value
        : throw Refuse(ErrorCodes.InvalidArgument, $"'{Route(name)}' is not {T.Rule}.");

    /// <summary>A parameter of the query; null where it is absent.</summary>
    public string? Query(string name) => http.Request.Query[name] switch
    {
        [] => null,
        [var one] => one,
        _ => throw Refuse(ErrorCodes.InvalidArgument, $"The parameter '{name}' was given more than once."),
    };

    /// <summary>A whole number of the query.</summary>
    public int Number(string name, int least, int most, int absent) => Query(name) is not { } text ? absent
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least
            && number <= most
            ? number
            : throw Refuse(ErrorCodes.InvalidArgument, $"'{name}' is a whole number from {least} to {most}.");

    /// <summary>A number of an event.</summary>
    public long Seq(string? text, string name) => text is null ? 0
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Refuse(ErrorCodes.InvalidArgument, $"'{name}' is the number of an event.");

    /// <summary>A submission, checked by its published schema; where that finds mistakes, all others are told as
    /// well.</summary>
    /// <typeparam name="T">The body.</typeparam>
    /// <param name="at">The place of the submission in the body.</param>
    public async Task<T> ReadSubmissionAsync<T>(string at = "") where T : class
    {
        var text = await BodyAsync().ConfigureAwait(false);
        var read = DocumentReader.Read<T>(text, ContractSchemas.Named(operation.Body!), ErrorCodes.InvalidArgument);
        if (read.Value is { } value) return value;
        // What is no JSON has no other mistakes that could be told.
        throw Refuse(read.Problems[0].Code, DocumentReader.ReadValue(text).Value is { } whole
            && JsonPointer.TryParse(at, out var place) && place.TryResolve(whole.Element, out var submission)
            ? SubmissionMistakes.Of(this, submission, read.Problems, at) : read.Problems);
    }

    /// <summary>The places of mistakes in a plan, as places in the body that held it.</summary>
    public StructuredOutcome PlacePlan(StructuredOutcome outcome, string at = "/plan") =>
        outcome.Failure is not { Details.IsEmpty: false } failure
        || (outcome.Code != ErrorCodes.InvalidPlan && outcome.Code != AosRuntime.GapCode(failure.Details))
            ? outcome
            : outcome with
            {
                Failure =
                    failure with { Details = [.. Place([.. failure.Details.Select(problem => problem.Under(at))])] },
            };

    /// <inheritdoc />
    protected override IReadOnlyList<Problem> Place(IReadOnlyList<Problem> mistakes) =>
        DocumentPlaces.Place(mistakes, _body);

    /// <summary>The body, checked by its published schema.</summary>
    public async Task<T> ReadAsync<T>() where T : class
    {
        var body = await BodyAsync().ConfigureAwait(false);
        if (body.IsEmpty && operation.BodyIsOptional) body = "{}"u8.ToArray();
        return Require(
            DocumentReader.Read<T>(body, ContractSchemas.Named(operation.Body!), ErrorCodes.InvalidArgument));
    }

    /// <summary>The bytes of the body.</summary>
    public async Task<ReadOnlyMemory<byte>> BodyAsync()
    {
        var type = http.Request.ContentType;
        using var memory = new MemoryStream();
        await http.Request.Body.CopyToAsync(memory, Cancel).ConfigureAwait(false);
        if (memory.Length > 0
            && type?.Split(';')[0].Trim().Equals(JsonType, StringComparison.OrdinalIgnoreCase) != true)
            throw Refuse(
                ErrorCodes.InvalidArgument, $"The body is {type ?? "of no type"}; {JsonType} is what is read here.");
        if (memory.Length > 0 && http.Request.Headers.ContentEncoding is { Count: > 0 } packed && packed != "identity")
            throw Refuse(ErrorCodes.InvalidArgument, $"The body is packed ({packed}); it is read as it is.");
        return _body = memory.ToArray();
    }

    /// <summary>The <c>Idempotency-Key</c> of the request; null where there is none.</summary>
    public string? Key() => http.Request.Headers["Idempotency-Key"] switch
    {
        [] => null,
        [{ Length: >= 1 and <= 256 } key] => key,
        _ => throw Refuse(ErrorCodes.InvalidArgument, "An Idempotency-Key has 1 to 256 characters, and is given once."),
    };
}
