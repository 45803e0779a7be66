using System.ClientModel;
using System.ClientModel.Primitives;
using Aos.Contracts.Models;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace Aos.Skills.Standard.Models;

/// <summary>OpenAI's Chat Completions API, and the endpoints that speak it.</summary>
internal sealed class OpenAiBackend(IChatClient client, bool isOllama) : ModelBackend(client)
{
    public static OpenAiBackend Create(ModelSpec model, string? key, HttpClient http) => new(new ChatClient(model.Model,
        // The client insists on a key; endpoints that want none do not look at it.
        new ApiKeyCredential(string.IsNullOrEmpty(key) ? "none" : key),
        new OpenAIClientOptions
        {
            Endpoint = ModelAddress.Of(model),
            RetryPolicy = new ClientRetryPolicy(0),
            Transport = new HttpClientPipelineTransport(http),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        }).AsIChatClient(), model.Provider == ModelProvider.Ollama);

    public override ChatOptions Shape(ChatOptions options)
    {
        // Ollama knows the limit of an answer by its older name alone.
        if (isOllama && options.MaxOutputTokens is { } most)
            options.RawRepresentationFactory = _ =>
            {
                var raw = new ChatCompletionOptions();
#pragma warning disable SCME0001 // The patch is marked as experimental; there is no other way to the older name.
                raw.Patch.Set("$.max_tokens"u8, most);
#pragma warning restore SCME0001
                return raw;
            };
        return options;
    }

    public override string? RefusalIn(ChatResponseUpdate update) =>
        (update.RawRepresentation as StreamingChatCompletionUpdate)?.RefusalUpdate;
}
