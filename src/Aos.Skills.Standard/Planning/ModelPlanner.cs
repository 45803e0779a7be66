using Aos.Abstractions.Planning;
using Aos.Abstractions.Secrets;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Secrets;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Models;

namespace Aos.Skills.Standard.Planning;

/// <summary>Plans by a language model: the planner <c>model</c>, which a profile chooses with one of its
/// models.</summary>
/// <remarks>It asks once a round, at a price that is held before, and gives what came of it: whether an answer is
/// mended, asked for again or refused is the kernel's decision. Thread-safe.</remarks>
public abstract class ModelPlanner : IPlanner
{
    private const int MaxTokens = 8_192;

    // Settings are kept by content: prices of prompts that differ little are made the same.
    private const int TokensRoundedTo = 4_096;

    // What a repair adds: the answer that was refused, and its mistakes.
    private const int RepairTokens = MaxTokens + 2_048;

    // Other scripts than Latin have fewer characters to a token: prompts that grow too long are cut.
    private const int ObservationTokens = PlannerPrompt.ObservationsMax / 3;

    private const int RepairsMax = 5;

    /// <inheritdoc />
    public abstract string Id { get; }

    /// <inheritdoc />
    public virtual IReadOnlyList<SecretName> Secrets => [];

    /// <inheritdoc />
    public PlannerOffer OfferFor(PlannerRequest request)
    {
        var (model, problem) = ModelOf(request);
        if (model is null) return PlannerOffer.Refused(problem!);
        var quote = ModelCaller.Quote(QuestionOf(request, model, PlannerPrompt.ObservationsMax));
        if (quote.Code != ErrorCodes.Ok)
            return PlannerOffer.Refused(new Problem("", quote.Code, $"Planner '{Id}' cannot plan: {quote.Message}"));
        var tokens = quote.InputTokens + RepairTokens + (PlannerPrompt.IsIterative(request) ? ObservationTokens : 0);
        tokens = (tokens + TokensRoundedTo - 1) / TokensRoundedTo * TokensRoundedTo;
        return PlannerOffer.Of(new PlanningTerms
        {
            WorstCost = model.Price!.WorstOf(tokens, quote.MaxTokens),
            ExpectedCost = quote.Expected,
            ExpectedLatencyMs = model.Provider == ModelProvider.Scripted ? 50 : 8_000,
            MaxRepairs = RepairsMax,
            Simulated = true,
            Tainted = true,
        });
    }

    /// <inheritdoc />
    public async ValueTask<PlannerAnswer> PlanAsync(PlannerRequest request, CancellationToken cancel)
    {
        var (model, problem) = ModelOf(request);
        if (model is null) return PlannerAnswer.Failure(problem!.Code, problem.Message) with { Cost = Money.Zero };
        for (var observations = PlannerPrompt.ObservationsMax; ; observations /= 2)
        {
            var question = QuestionOf(request, model, observations);
            var quote = ModelCaller.Quote(question);
            if (quote.Code == ErrorCodes.Ok && (request.Terms is not { } terms || quote.Worst <= terms.WorstCost))
                return PlannerReply.Read(
                    request, await AskAsync(question, request.Secrets, cancel).ConfigureAwait(false));
            if (observations > 1_000 && quote.Code != ErrorCodes.PriceUnknown) continue;
            return PlannerAnswer.Failure(quote.Code == ErrorCodes.Ok ? ErrorCodes.ContextTooLong : quote.Code,
                quote.Message ?? "What the planner has to be told is more than was reckoned with.") with
            { Cost = Money.Zero };
        }
    }

    /// <summary>The model that plans, with its price; or why there is none.</summary>
    protected abstract (ModelSpec? Model, Problem? Problem) ModelOf(PlannerRequest request);

    /// <summary>Asks the model once. Reports every failure as an answer.</summary>
    protected abstract ValueTask<ModelAnswer> AskAsync(
        ModelRequest request, ISecretResolver secrets, CancellationToken cancel);

    private static ModelRequest QuestionOf(PlannerRequest request, ModelSpec model, int observationsMax)
    {
        var (system, messages) = PlannerPrompt.Of(request, observationsMax);
        return new ModelRequest
        {
            // Inputs of steps are free in their form, which the strict modes of providers refuse: unless the profile
            // says otherwise the schema is told in words. The answer is checked by it either way.
            Model = model.StructuredOutput is null
                ? model with { StructuredOutput = StructuredOutput.Instructed } : model,
            System = system,
            Messages = messages,
            MaxTokens = Math.Min(MaxTokens, model.MaxOutputTokens ?? MaxTokens),
            OutputSchema = PlannerReply.SchemaFor(request),
            Network = request.Contract.Network,
            Attempt = request.Round,
        };
    }
}
