using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Aos.Client.Wire;

/// <summary>A request before it is sent, as often as it may be.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path below the address of the server, without a slash before it.</param>
internal sealed record Question(HttpMethod Method, string Path)
{
    /// <summary>The body as JSON; null: none.</summary>
    public byte[]? Body { get; init; }

    public string? IdempotencyKey { get; init; }

    public Condition Condition { get; init; }

    /// <summary>The event after which a stream begins; null where there is no stream.</summary>
    public long? After { get; init; }

    /// <summary>Whether it does no harm to send it twice, although neither its method nor a key says so.</summary>
    public bool MayRepeat { get; init; }

    /// <summary>Whether the body is text of the caller, so that lines of it mean something to them.</summary>
    public bool IsText { get; init; }

    /// <summary>How long the answer may take; null: as long as any.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether sending it twice does what sending it once does.</summary>
    public bool IsRepeatable => Method == HttpMethod.Get || MayRepeat || IdempotencyKey is not null
        || (Method == HttpMethod.Put && Condition == default);

    public static Question Get(FormattableString path) => new(HttpMethod.Get, PathOf(path));

    public static Question Post(FormattableString path, byte[]? body) =>
        new(HttpMethod.Post, PathOf(path)) { Body = body };

    /// <summary>A path whose parts from outside are escaped.</summary>
    public static string PathOf(FormattableString path) => string.Format(CultureInfo.InvariantCulture, path.Format,
        [.. path.GetArguments()
            .Select(part => Uri.EscapeDataString(Convert.ToString(part, CultureInfo.InvariantCulture) ?? ""))]);

    /// <summary>With parameters; those without a value are left out.</summary>
    public Question With(params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var text = new StringBuilder(Path);
        foreach (var (name, value) in parameters)
            if (value is not null)
                text.Append(text.ToString().Contains('?', StringComparison.Ordinal) ? '&' : '?')
                    .Append(name).Append('=')
                    .Append(Uri.EscapeDataString(Convert.ToString(value, CultureInfo.InvariantCulture)!));
        return this with { Path = text.ToString() };
    }

    /// <summary>The request, to be sent once.</summary>
    public HttpRequestMessage ToRequest(Uri server, string? key)
    {
        var request = new HttpRequestMessage(Method, new Uri(server, Path));
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (Body is not null)
            request.Content =
                new ByteArrayContent(Body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        if (IdempotencyKey is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", IdempotencyKey);
        if (Condition.Match is { } match) request.Headers.TryAddWithoutValidation("If-Match", match);
        if (Condition.IsAbsent) request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        if (After is { } seq)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", seq.ToString(CultureInfo.InvariantCulture));
        return request;
    }
}
