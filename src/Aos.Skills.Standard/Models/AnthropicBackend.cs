using Anthropic;
using Anthropic.Core;
using Aos.Contracts.Models;
using Microsoft.Extensions.AI;

namespace Aos.Skills.Standard.Models;

/// <summary>Anthropic's Messages API, by the official SDK.</summary>
internal sealed class AnthropicBackend(IChatClient client) : ModelBackend(client)
{
    // Its only filter is the model's own refusal.
    public override bool FilterIsRefusal => true;

    public static AnthropicBackend Create(ModelSpec model, string? key, HttpClient http) =>
        new(new AnthropicClient(new ClientOptions
        {
            ApiKey = key ?? "",
            BaseUrl = ModelAddress.Of(model)!.ToString().TrimEnd('/'),
            HttpClient = http,
            MaxRetries = 0,
            // Told to the provider in a header; the attempt and the wire end the call long before.
            Timeout = TimeSpan.FromDays(1),
        }).AsIChatClient(model.Model));
}
