using System.Runtime.CompilerServices;
using Aos.Contracts.Models;
using Aos.Contracts.Values;
using Microsoft.Extensions.AI;

namespace Aos.Skills.Standard.Models;

/// <summary>Recorded answers from a file in the place of a model. Its answers name it as what it is.</summary>
internal sealed class ScriptedBackend(IChatClient client) : ModelBackend(client)
{
    public static async ValueTask<ScriptedBackend> CreateAsync(
        ModelSpec model, ModelRequest request, CancellationToken cancel) =>
        new(new ScriptedClient(await ModelScript.ReadAsync(model, cancel).ConfigureAwait(false), request));
}

/// <summary>A script said that the call fails, or has no answer for it.</summary>
internal sealed class ScriptedFailureException(ErrorCode code, string message, TimeSpan? retryAfter = null)
    : Exception(message)
{
    public ErrorCode Code { get; } = code;

    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>Answers from a script, in pieces as a model does.</summary>
internal sealed class ScriptedClient(ModelScript script, ModelRequest request) : IChatClient
{
    private const int PieceLength = 16;

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken)
            .ConfigureAwait(false);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages,
        ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        var (answer, text) = script.AnswerTo(request, messages);
        var model = $"scripted/{request.Model.Model}";
        for (var at = 0; at < text.Length; at += PieceLength)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ChatResponseUpdate(
                ChatRole.Assistant, text.Substring(at, Math.Min(PieceLength, text.Length - at)))
            {
                ModelId = model
            };
        }
        var input = answer.InputTokens ?? TokenCounter.Count(request).Likely;
        var output = answer.OutputTokens ?? TokenCounter.Count(request.Model, text).Likely;
        yield return new ChatResponseUpdate
        {
            ModelId = model,
            FinishReason = new ChatFinishReason(answer.FinishReason ?? "stop"),
            Contents = [new UsageContent(new UsageDetails
            {
                InputTokenCount = input,
                OutputTokenCount = output,
                CachedInputTokenCount = answer.CachedTokens,
            })],
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }
}
