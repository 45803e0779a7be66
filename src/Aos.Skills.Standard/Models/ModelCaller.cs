using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Http;
using Aos.Skills.Standard.Telemetry;
using Microsoft.Extensions.AI;

namespace Aos.Skills.Standard.Models;

/// <summary>Asks language models: one request to one model, once, under the egress policy, at a price that is known
/// before. What falls back, repairs and retries is the kernel.</summary>
/// <remarks>Thread-safe. Owns its connections until it is disposed. It reports every expected failure as an answer;
/// only cancellation throws.</remarks>
public sealed class ModelCaller : IDisposable
{
    private const int DefaultMaxTokens = 4_096;
    private const int LikelyAnswerTokens = 500;

    private readonly HttpServices _http;
    private readonly ModelLimits _limits;

    /// <summary>A caller with connections of its own.</summary>
    /// <param name="clock">Measures time-outs and dates in <c>Retry-After</c>.</param>
    public ModelCaller(TimeProvider clock) : this(clock, new SystemResolver(), new HttpLimits(), new ModelLimits()) { }

    internal ModelCaller(TimeProvider clock, IHostResolver resolver, HttpLimits http, ModelLimits limits)
    {
        _http = new HttpServices(new HttpTransport(http), new EgressGuard(resolver), new HttpCache(0), http, clock);
        _limits = limits;
    }

    /// <summary>What a request costs and how long it is. Asks nobody; counts tokens, which takes some milliseconds for
    /// each 100 KB.</summary>
    public static ModelQuote Quote(ModelRequest request)
    {
        var model = request.Model;
        if (model.Price is not { } price)
            return Refused(
                ErrorCodes.PriceUnknown,
                $"Nobody knows what {model.Provider.ToString().ToLowerInvariant()} model '{model.Model}' "
                + "costs. Give it a `price` in the profile, or an entry in a file of prices.");
        if (request.MaxTokens > model.MaxOutputTokens)
            return Refused(
                ErrorCodes.InvalidInput,
                $"max_tokens is {request.MaxTokens}; an answer of '{model.Model}' has at most {model.MaxOutputTokens}.");
        var count = TokenCounter.Count(request);
        var most = request.MaxTokens ?? Math.Min(DefaultMaxTokens, model.MaxOutputTokens ?? DefaultMaxTokens);
        if (model.ContextTokens is { } context && request.MaxTokens is null)
            most = (int)Math.Clamp(context - count.AtMost, Math.Min(1, most), most);
        if (count.Likely + most > model.ContextTokens)
            return Refused(
                ErrorCodes.ContextTooLong, $"The request has {count.Likely} tokens and its answer may have {most}; "
                + $"'{model.Model}' takes {model.ContextTokens} in all.") with
            { InputTokens = count.Likely, MaxTokens = most };
        return new ModelQuote
        {
            Code = ErrorCodes.Ok,
            InputTokens = count.AtMost,
            MaxTokens = most,
            Worst = price.WorstOf(count.AtMost, most),
            Expected = price.CostOf(new TokenUsage(count.Likely, 0, 0, Math.Min(most, LikelyAnswerTokens), 0)),
        };
    }

    /// <summary>Asks a model.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="key">The provider's key; null where the model needs none.</param>
    /// <param name="cancel">Ends the call.</param>
    public async ValueTask<ModelAnswer> CallAsync(ModelRequest request, string? key, CancellationToken cancel)
    {
        var quote = Quote(request);
        if (quote.Code != ErrorCodes.Ok) return new ModelAnswer { Code = quote.Code, Message = quote.Message };
        if (TraceHosts.Of(request.TraceTo) is not { } traceTo)
            return new ModelAnswer
            {
                Code = ErrorCodes.InvalidProfile,
                Message = $"config.llm_invoke: trace_to has an entry that is not {Contracts.Agents.NetworkEntry.Rule}."
            };
        var address = ModelAddress.Of(request.Model);
        using var span = SkillTracing.BeginChat(request, quote.MaxTokens, address);
        var answer = await CallAsync(request, quote, address, traceTo, key, cancel).ConfigureAwait(false);
        SkillTracing.Answered(span, answer);
        return answer;
    }

    private async ValueTask<ModelAnswer> CallAsync(
        ModelRequest request, ModelQuote quote, Uri? address, TraceHosts traceTo, string? key, CancellationToken cancel)
    {
        var host = address is null ? "the script" : HttpTransport.Authority(address);
        using var wire = address is null ? null
            : new ModelTransport(_http, _limits, address, ModelAddress.PolicyOf(address, request.Network), traceTo);
        var seen = wire?.Seen ?? new ModelExchange();
        AnswerReading? reading = null;
        try
        {
            using var backend =
                await ModelBackends.CreateAsync(request.Model, key, wire, request, cancel).ConfigureAwait(false);
            reading = new AnswerReading(request, quote, backend, host);
            await foreach (var update in backend.Client
                .GetStreamingResponseAsync(Messages(request), backend.Shape(Options(request, quote)), cancel)
                .ConfigureAwait(false)) reading.Take(update);
            return seen.Failure is { } hidden ? reading.Broken(hidden, seen.RetryAfter, Began(seen)) : reading.End();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        // Clients of providers throw types of their own for anything that the other side does.
        catch (Exception error)
        {
            var failure = Scrub(ModelFailures.Of(error, seen, host), key);
            var wait = seen.RetryAfter ?? (error as ScriptedFailureException)?.RetryAfter;
            return reading?.Broken(failure, wait, Began(seen)) ?? AnswerReading.NotBegun(failure);
        }
    }

    /// <summary>Closes the connections. Calls in flight fail.</summary>
    public void Dispose() => _http.Transport.Dispose();

    // Whether the provider may have begun its work: it answered, or was cut off or silent after it was asked.
    private static bool Began(ModelExchange seen) => seen.Status is >= 200 and < 300
        || (seen.Status is null && seen.Failure is { } failure
            && (failure.Code == ErrorCodes.ConnectionReset || failure.Code == ErrorCodes.Timeout));

    // Some providers repeat a wrong key in what they say of it.
    private static HttpFailure Scrub(HttpFailure failure, string? key) =>
        string.IsNullOrEmpty(key) ? failure : failure with
        {
            Message = failure.Message.Replace(key, "[secret]", StringComparison.Ordinal),
            Cause = failure.Cause?.Replace(key, "[secret]", StringComparison.Ordinal),
        };

    private static List<ChatMessage> Messages(ModelRequest request)
    {
        var messages = new List<ChatMessage>(request.Messages.Count + 1);
        if (SystemOf(request) is { } system) messages.Add(new ChatMessage(ChatRole.System, system));
        foreach (var message in request.Messages)
            messages.Add(
                new ChatMessage(message.Role == ModelRole.User ? ChatRole.User : ChatRole.Assistant, message.Text));
        return messages;
    }

    private static bool IsInstructed(ModelRequest request) => request.OutputSchema is not null
        && (request.Model.Provider == ModelProvider.Scripted
            || request.Model.StructuredOutput == StructuredOutput.Instructed);

    private static string? SystemOf(ModelRequest request)
    {
        if (!IsInstructed(request)) return request.System;
        var told = AnswerSchema.Instruction(request.OutputSchema!);
        return request.System is { } system ? $"{system}\n\n{told}" : told;
    }

    private static ChatOptions Options(ModelRequest request, ModelQuote quote) => new()
    {
        MaxOutputTokens = quote.MaxTokens,
        Temperature = (float?)request.Temperature,
        ResponseFormat = request.OutputSchema is { } schema && !IsInstructed(request)
            ? ChatResponseFormat.ForJsonSchema(JsonElement.Parse(schema.Utf8.Span), "answer")
            : null,
    };

    private static ModelQuote Refused(ErrorCode code, string message) => new() { Code = code, Message = message };
}
