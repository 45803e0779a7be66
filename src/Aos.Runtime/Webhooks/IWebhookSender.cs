namespace Aos.Runtime.Webhooks;

/// <summary>Sends one request of a webhook. It follows no redirects, keeps nothing of the answer's body, and reaches
/// only what the operator of the server allows.</summary>
public interface IWebhookSender
{
    /// <summary>Sends it; whatever happens, there is an answer. Only cancellation throws.</summary>
    ValueTask<WebhookAnswer> SendAsync(WebhookRequest request, CancellationToken cancel);
}

/// <summary>One try of a message.</summary>
/// <param name="Url">The address.</param>
/// <param name="MessageId">The field <c>webhook-id</c>: the same for every try.</param>
/// <param name="At">The time of the try, which the field <c>webhook-timestamp</c> tells in seconds.</param>
/// <param name="Signature">The field <c>webhook-signature</c>: a signature of each secret that signs.</param>
/// <param name="Body">The body.</param>
public sealed record WebhookRequest(
    Uri Url, string MessageId, DateTimeOffset At, string Signature, ReadOnlyMemory<byte> Body);

/// <summary>What came of a try.</summary>
/// <param name="Status">The status of the answer; null where there was none.</param>
/// <param name="Problem">Why there was none, as a code; null where there was one.</param>
/// <param name="RetryAfter">How long the other side asked to wait.</param>
public sealed record WebhookAnswer(int? Status, string? Problem = null, TimeSpan? RetryAfter = null);
