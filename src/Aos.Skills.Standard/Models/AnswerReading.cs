using System.Text;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Values;
using Microsoft.Extensions.AI;

namespace Aos.Skills.Standard.Models;

/// <summary>Puts an answer together from its pieces, and judges how it ended. Single use.</summary>
internal sealed class AnswerReading(ModelRequest request, ModelQuote quote, ModelBackend backend, string host)
{
    private const int TextMax = 8 << 20;

    private readonly StringBuilder _text = new();
    private readonly StringBuilder _refusal = new();
    private UsageDetails? _usage;
    private string? _finish;
    private string? _model;
    private bool _asksForTools;

    /// <summary>Takes one piece.</summary>
    public void Take(ChatResponseUpdate update)
    {
        _model = update.ModelId ?? _model;
        _finish = update.FinishReason?.Value ?? _finish;
        if (backend.RefusalIn(update) is { } refusal) _refusal.Append(refusal);
        foreach (var content in update.Contents)
            switch (content)
            {
                case TextReasoningContent: break; // Thinking is paid for, but is no part of the answer.
                case TextContent text when _text.Length + text.Text.Length <= TextMax: _text.Append(text.Text); break;
                case TextContent: throw new InvalidDataException($"The answer has more than {TextMax} characters.");
                case UsageContent usage: _usage = usage.Details; break;
                case FunctionCallContent: _asksForTools = true; break;
                default: break;
            }
    }

    /// <summary>What came of a call that could not even be begun.</summary>
    public static ModelAnswer NotBegun(Http.HttpFailure failure) =>
        new() { Code = failure.Code, Message = failure.Message, Cause = failure.Cause };

    /// <summary>What came of it where the call threw: as far as the answer got.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="retryAfter">How long the provider asked to wait.</param>
    /// <param name="began">Whether the provider had begun to answer, so that it may ask for money.</param>
    public ModelAnswer Broken(Http.HttpFailure failure, TimeSpan? retryAfter, bool began) => new()
    {
        Code = failure.Code,
        Message = failure.Message,
        Cause = failure.Cause,
        Text = _text.ToString(),
        Model = _model,
        RetryAfter = retryAfter,
        Cost = began ? quote.Worst : Money.Zero,
    };

    /// <summary>What came of it where the stream ended.</summary>
    public ModelAnswer End()
    {
        if (_finish is null)
            return Broken(
                new Http.HttpFailure(ErrorCodes.ConnectionReset, $"The answer of {host} broke off before its end."),
                null, began: true);
        var (usage, isEstimated) = UsageOf();
        if (!usage.IsSound)
            return Broken(
                new Http.HttpFailure(ErrorCodes.ResponseInvalid, $"{host} counts tokens that cannot be.", $"{usage}"),
                null, began: true);
        var (code, message, reason) = Judge();
        var answer = new ModelAnswer
        {
            Code = code,
            Message = message,
            Text = _text.Length > 0 || _refusal.Length == 0 ? _text.ToString() : _refusal.ToString(),
            Model = _model ?? request.Model.Model,
            FinishReason = reason,
            Usage = usage,
            IsUsageEstimated = isEstimated,
            Cost = request.Model.Price!.CostOf(usage),
        };
        return answer.Succeeded && request.OutputSchema is not null
            ? AnswerSchema.Check(answer, request.OutputSchema) : answer;
    }

    private (ErrorCode Code, string? Message, string Reason) Judge() => _finish switch
    {
        _ when _refusal.Length > 0 => Refused(),
        "content_filter" when backend.FilterIsRefusal => Refused(),
        "content_filter" => (ErrorCodes.ContentFiltered, $"A filter of {host} stopped the answer.", "content_filter"),
        "length" =>
            (ErrorCodes.AnswerTruncated,
                $"The answer reached {quote.MaxTokens} tokens, the most that it may have.", "length"),
        "tool_calls" when _asksForTools && _text.Length == 0 =>
            (ErrorCodes.ResponseInvalid, "The model asks to call a tool, though it was offered none.", "tool_calls"),
        "stop" or "tool_calls" => (ErrorCodes.Ok, null, "stop"),
        _ => (ErrorCodes.ResponseInvalid,
            $"{host} ended its answer for a reason that is not known: '{_finish}'.", _finish!),
    };

    private static (ErrorCode, string, string) Refused() =>
        (ErrorCodes.ModelRefused, "The model refused to answer.", "refusal");

    // A provider that does not count is not believed to be free: its tokens are reckoned as before the call.
    private (TokenUsage Usage, bool IsEstimated) UsageOf()
    {
        if (_usage is not { InputTokenCount: { } input, OutputTokenCount: { } output })
            return (new TokenUsage(
                quote.InputTokens, 0, 0, TokenCounter.Count(request.Model, _text.ToString() + _refusal).AtMost, 0),
                    true);
        var written =
            _usage.AdditionalCounts?.TryGetValue("CacheCreationInputTokens", out var count) == true ? count : 0;
        return (TokenUsage.OfTotals(
            input, _usage.CachedInputTokenCount ?? 0, written, output, _usage.ReasoningTokenCount ?? 0), false);
    }
}
