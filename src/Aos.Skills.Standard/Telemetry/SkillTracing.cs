using System.Diagnostics;
using System.Text.Json;
using Aos.Abstractions.Skills;
using Aos.Contracts.Agents;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Models;

namespace Aos.Skills.Standard.Telemetry;

/// <summary>The spans of requests to the world: HTTP by the HTTP conventions of OpenTelemetry, models by its GenAI
/// conventions. Each stands under the span of the attempt that makes it; without one there is none. Neither paths nor
/// queries, headers, prompts or answers are among what they hold.</summary>
public static class SkillTracing
{
    /// <summary>The name of the <see cref="ActivitySource"/>. Without a listener it costs nothing.</summary>
    public const string SourceName = "Aos.Skills";

    private const int TextMax = 128;
    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the span of an HTTP request, as the current one.</summary>
    internal static Activity? BeginHttp(string method, Uri url, int redirects)
    {
        if (Activity.Current is null || Source.StartActivity(method, ActivityKind.Client) is not { } span) return null;
        span.SetTag("http.request.method", method).SetTag("url.scheme", url.Scheme);
        if (redirects > 0) span.SetTag("http.request.resend_count", redirects);
        return Address(span, url);
    }

    /// <summary>Says how a request was answered.</summary>
    internal static void Answered(Activity? span, int status)
    {
        span?.SetTag("http.response.status_code", status);
        if (status >= 400) Fail(span, status.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Says that there was no good answer.</summary>
    internal static void Fail(Activity? span, string code) =>
        span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", Bounded(code));

    /// <summary>Begins the span of a request to a model, as the current one.</summary>
    internal static Activity? BeginChat(ModelRequest request, int tokensMax, Uri? address)
    {
        if (Activity.Current is null
            || Source.StartActivity($"chat {Bounded(request.Model.Model)}", ActivityKind.Client) is not { } span)
            return null;
        span.SetTag("gen_ai.operation.name", "chat")
            .SetTag("gen_ai.provider.name", request.Model.Provider.ToString().ToLowerInvariant())
            .SetTag("gen_ai.request.model", Bounded(request.Model.Model)).SetTag("gen_ai.request.max_tokens", tokensMax)
            .SetTag("gen_ai.output.type", request.OutputSchema is null ? "text" : "json");
        if (request.Temperature is { } temperature) span.SetTag("gen_ai.request.temperature", temperature);
        return address is null ? span : Address(span, address);
    }

    /// <summary>Says what a model answered.</summary>
    internal static void Answered(Activity? span, ModelAnswer answer)
    {
        if (span is null) return;
        if (answer.Model is { } model) span.SetTag("gen_ai.response.model", Bounded(model));
        if (answer.FinishReason is { } reason) span.SetTag("gen_ai.response.finish_reasons", new[] { Bounded(reason) });
        if (answer.Usage is { } usage)
            span.SetTag("gen_ai.usage.input_tokens", usage.Input).SetTag("gen_ai.usage.output_tokens", usage.Output);
        if (!answer.Succeeded) Fail(span, answer.Code.Value);
    }

    /// <summary>Hands the trace on to the other side, where the profile wants that.</summary>
    internal static void Propagate(HttpRequestMessage message, Uri url, TraceHosts to)
    {
        if (!to.IsEmpty && Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } && to.Includes(url)
            && !message.Headers.NonValidated.Contains("traceparent"))
            message.Headers.TryAddWithoutValidation("traceparent", id);
    }

    private static Activity Address(Activity span, Uri url) =>
        span.SetTag("server.address", Bounded(NetworkEntry.HostOf(url))).SetTag("server.port", url.Port);

    private static string Bounded(string text) => text.Length <= TextMax ? text : text[..TextMax];
}

/// <summary>To whom a profile lets the trace of a run be handed on: <c>trace_to</c> among its settings for a skill,
/// entries as in its network. Default: to nobody, because a trace tells strangers which requests belong
/// together.</summary>
internal sealed class TraceHosts
{
    private readonly IReadOnlyList<NetworkEntry> _entries;

    private TraceHosts(IReadOnlyList<NetworkEntry> entries) => _entries = entries;

    public static TraceHosts None { get; } = new([]);

    public bool IsEmpty => _entries.Count == 0;

    /// <summary>Reads the settings of a skill; null where they are not of the right form.</summary>
    public static TraceHosts? Of(SkillCall call)
    {
        if (call.Config?.Element is not { ValueKind: JsonValueKind.Object } config
            || !config.TryGetProperty("trace_to", out var list)) return None;
        return list.ValueKind == JsonValueKind.Array
            && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? Of(ValueList.From(list.EnumerateArray().Select(item => item.GetString()!)))
            : null;
    }

    /// <summary>Reads entries; null where one has none of the forms.</summary>
    public static TraceHosts? Of(ValueList<string> entries)
    {
        if (entries.IsEmpty) return None;
        var read = new List<NetworkEntry>();
        foreach (var text in entries)
        {
            if (!NetworkEntry.TryParse(text, out var entry)) return null;
            read.Add(entry);
        }
        return new TraceHosts(read);
    }

    /// <summary>Whether an address is among them, by the name or address that it is written with.</summary>
    public bool Includes(Uri url) => _entries.Any(entry => entry.Covers(NetworkEntry.HostOf(url), url.Port));
}
