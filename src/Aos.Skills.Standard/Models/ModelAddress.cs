using System.Net;
using Aos.Contracts.Agents;
using Aos.Contracts.Models;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Http;

namespace Aos.Skills.Standard.Models;

/// <summary>Where a model is served, and what may be reached for it.</summary>
internal static class ModelAddress
{
    /// <summary>The address under which calls are made; null for a scripted model, for which none are.</summary>
    public static Uri? Of(ModelSpec model) => model.Provider switch
    {
        ModelProvider.Anthropic => new Uri(model.BaseUrl ?? "https://api.anthropic.com"),
        ModelProvider.Openai => new Uri(model.BaseUrl ?? "https://api.openai.com/v1"),
        ModelProvider.Ollama => OfOllama(new Uri(model.BaseUrl ?? "http://localhost:11434")),
        ModelProvider.Scripted => null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The egress policy of a call: the host of the model and its port, and for the address behind that name
    /// what the profile's network allows. Requests are made to that host alone.</summary>
    public static EgressPolicy PolicyOf(Uri url, ValueList<string> network)
    {
        var host = NetworkEntry.HostOf(url);
        var named = IPAddress.TryParse(host, out var address) && host.Contains(':', StringComparison.Ordinal)
            ? $"[{address}]" : host;
        ValueList<string> own = [$"{named}:{url.Port}"];
        return EgressPolicy.TryParse(ValueList.From(own.Concat(network)), out var policy, out _)
            || EgressPolicy.TryParse(own, out policy, out _)
            ? policy
            : throw new FormatException($"The host of '{url}' cannot be named in a network policy.");
    }

    private static Uri OfOllama(Uri url) => url.AbsolutePath == "/" ? new Uri(url, "/v1") : url;
}
