using System.Text.Json;
using Aos.Abstractions.Planning;
using Aos.Abstractions.Secrets;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Secrets;
using Aos.Skills.Standard.Http;
using Aos.Skills.Standard.Models;
using Microsoft.Extensions.AI;

namespace Aos.Skills.Standard.Planning;

/// <summary>The planner <c>model</c>: plans with one of the profile's models, which <c>planner.model</c>
/// names.</summary>
/// <param name="caller">Asks models. Stays the caller's to dispose.</param>
public class ProfileModelPlanner(ModelCaller caller) : ModelPlanner
{
    /// <inheritdoc />
    public override string Id => "model";

    /// <inheritdoc />
    protected override (ModelSpec? Model, Problem? Problem) ModelOf(PlannerRequest request)
    {
        var name = request.Choice.Model ?? (request.Models.Count == 1 ? request.Models.Keys.First() : null);
        if (name is not null && request.Models.TryGetValue(name, out var model)) return (model, null);
        return (null, new Problem("/planner/model", ErrorCodes.InvalidProfile,
            (name is null
                ? "The profile does not say which model plans." : $"There is no model '{name}' in the profile.")
            + (request.Models.IsEmpty ? " Add it to `models`."
                : $" Its models are {string.Join(", ", request.Models.Keys.Select(key => $"'{key}'"))}.")));
    }

    /// <inheritdoc />
    protected override async ValueTask<ModelAnswer> AskAsync(
        ModelRequest request, ISecretResolver secrets, CancellationToken cancel)
    {
        var key = await ModelKeys.FindAsync(request.Model, secrets, cancel).ConfigureAwait(false);
        return key.Code == ErrorCodes.Ok ? await caller.CallAsync(request, key.Key, cancel).ConfigureAwait(false)
            : new ModelAnswer { Code = key.Code, Message = key.Message };
    }
}

/// <summary>The planner <c>claude</c>: plans with a model of Anthropic, without an entry in the profile's models.
/// <c>planner.model</c> is a name of Anthropic's or, where the profile has one of that name, one of its
/// models.</summary>
/// <param name="caller">Asks models. Stays the caller's to dispose.</param>
public sealed class ClaudePlanner(ModelCaller caller) : ProfileModelPlanner(caller)
{
    private static readonly SecretName Key = SecretName.Parse("ANTHROPIC_API_KEY");

    /// <summary>The model where the profile names none.</summary>
    public const string DefaultModel = "claude-sonnet-5-5";

    /// <inheritdoc />
    public override string Id => "claude";

    /// <inheritdoc />
    public override IReadOnlyList<SecretName> Secrets => [Key];

    /// <inheritdoc />
    protected override (ModelSpec? Model, Problem? Problem) ModelOf(PlannerRequest request)
    {
        var name = request.Choice.Model ?? DefaultModel;
        return request.Models.TryGetValue(name, out var own) ? (own, null) : (PriceTable.BuiltIn.Pin(new ModelSpec
        {
            Provider = ModelProvider.Anthropic,
            Model = name,
            ApiKey = new KeyReference { Secret = Key },
        }), null);
    }
}

/// <summary>Plans with any chat client of Microsoft.Extensions.AI, for programs that embed AOS.</summary>
/// <remarks>The client's own retries should be off, and it is asked past the egress guard: it is the program's
/// own.</remarks>
/// <param name="id">The name by which profiles choose it.</param>
/// <param name="client">The client. Stays the caller's to dispose.</param>
/// <param name="model">What it asks, with its price: without one it plans nothing, because nobody could say what it
/// costs.</param>
public sealed class ChatPlanner(string id, IChatClient client, ModelSpec model) : ModelPlanner
{
    /// <inheritdoc />
    public override string Id => id;

    /// <inheritdoc />
    protected override (ModelSpec? Model, Problem? Problem) ModelOf(PlannerRequest request) => (model, null);

    /// <inheritdoc />
    protected override async ValueTask<ModelAnswer> AskAsync(
        ModelRequest request, ISecretResolver secrets, CancellationToken cancel)
    {
        var quote = ModelCaller.Quote(request);
        var reading = new AnswerReading(request, quote, new PlainBackend(client), id);
        try
        {
            await foreach (var update in client.GetStreamingResponseAsync(
                Messages(request), Options(request, quote), cancel).ConfigureAwait(false))
                reading.Take(update);
            return reading.End();
        }
        // Clients throw types of their own for anything that the other side does.
        catch (Exception error) when (error is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            return reading.Broken(
                new HttpFailure(ErrorCodes.PlannerFailed, $"The client of planner '{id}' failed: {error.Message}"),
                null, began: true);
        }
    }

    private static List<ChatMessage> Messages(ModelRequest request)
    {
        var system = request.Model.StructuredOutput == StructuredOutput.Instructed
            ? $"{request.System}\n\n{AnswerSchema.Instruction(request.OutputSchema!)}"
            : request.System;
        return [new ChatMessage(ChatRole.System, system),
            .. request.Messages.Select(
                message =>
                    new ChatMessage(
                        message.Role == ModelRole.User ? ChatRole.User : ChatRole.Assistant, message.Text))];
    }

    private static ChatOptions Options(ModelRequest request, ModelQuote quote) => new()
    {
        MaxOutputTokens = quote.MaxTokens,
        ResponseFormat = request.Model.StructuredOutput == StructuredOutput.Native
            ? ChatResponseFormat.ForJsonSchema(JsonElement.Parse(request.OutputSchema!.Utf8.Span), "answer")
            : null,
    };

    private sealed class PlainBackend(IChatClient client) : ModelBackend(client);
}
