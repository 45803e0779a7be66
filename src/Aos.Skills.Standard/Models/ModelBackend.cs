using Aos.Contracts.Models;
using Microsoft.Extensions.AI;

namespace Aos.Skills.Standard.Models;

/// <summary>The client of a provider for one call, and what is particular about that provider.</summary>
internal abstract class ModelBackend(IChatClient client) : IDisposable
{
    /// <summary>The client. Its own retries are off.</summary>
    public IChatClient Client { get; } = client;

    /// <summary>Makes the options those of this provider.</summary>
    public virtual ChatOptions Shape(ChatOptions options) => options;

    /// <summary>What of an update is the text of a refusal; null where it is none.</summary>
    public virtual string? RefusalIn(ChatResponseUpdate update) => null;

    /// <summary>Whether an answer that ended by a filter is the model's own refusal.</summary>
    public virtual bool FilterIsRefusal => false;

    public void Dispose() => Client.Dispose();
}

/// <summary>Makes backends. Each provider's client is loaded by the first call of one of its models.</summary>
internal static class ModelBackends
{
    /// <summary>The backend of a model for one call.</summary>
    /// <param name="model">The model.</param>
    /// <param name="key">The provider's key; null: none.</param>
    /// <param name="wire">The wire; null for a scripted model.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="cancel">Ends the wait for a script.</param>
    public static async ValueTask<ModelBackend> CreateAsync(
        ModelSpec model, string? key, ModelTransport? wire, ModelRequest request, CancellationToken cancel) =>
        model.Provider switch
        {
            ModelProvider.Anthropic => AnthropicBackend.Create(model, key, Client(wire!)),
            ModelProvider.Openai or ModelProvider.Ollama => OpenAiBackend.Create(model, key, Client(wire!)),
            ModelProvider.Scripted => await ScriptedBackend.CreateAsync(model, request, cancel).ConfigureAwait(false),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    // Time-outs are those of the wire and of the attempt.
    private static HttpClient Client(ModelTransport wire) =>
        new(wire, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
}
