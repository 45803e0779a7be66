using System.Net;
using System.Text;
using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;

namespace Aos.Tests.Clients;

/// <summary>A server that answers by a script: the n-th request gets the n-th answer, and the last one goes
/// on.</summary>
internal sealed class Scripted(params Func<HttpRequestMessage, HttpResponseMessage>[] answers) : HttpMessageHandler
{
    /// <summary>What was asked: method, path and query, and the headers that matter.</summary>
    public List<string> Asked { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var headers = request.Headers
            .Where(header => header.Key is "Last-Event-ID" or "Idempotency-Key" or "If-Match" or "If-None-Match"
                or "Authorization")
            .Select(header => $" {header.Key}={string.Join(',', header.Value)}");
        Asked.Add($"{request.Method} {request.RequestUri!.PathAndQuery}{string.Concat(headers)}");
        return answers[Math.Min(Asked.Count, answers.Length) - 1](request);
    }

    public static Func<HttpRequestMessage, HttpResponseMessage> Json(
        string body, HttpStatusCode status = HttpStatusCode.OK, string type = "application/json") =>
        _ => new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, type) };

    public static Func<HttpRequestMessage, HttpResponseMessage> Problem(
        ErrorCode code, HttpStatusCode status, int? retryAfter = null) => _ =>
    {
        var outcome = new StructuredOutcome
        {
            Status = OutcomeStatus.Failure,
            Code = code,
            Message = $"{code} it is.",
            Failure = new FailureInfo { Code = code, Category = FailureCategory.Validation },
            Timestamp = DateTimeOffset.UnixEpoch,
        };
        var problem = new ProblemDocument
        {
            Type = "about:blank",
            Title = "no",
            Status = (int)status,
            Code = code,
            Outcome = outcome
        };
        var response = new HttpResponseMessage(status) { Content = new ByteArrayContent(AosJson.Write(problem)) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", "application/problem+json");
        if (retryAfter is { } seconds) response.Headers.TryAddWithoutValidation("Retry-After", $"{seconds}");
        return response;
    };

    public static Func<HttpRequestMessage, HttpResponseMessage> Broken(HttpRequestError error) =>
        _ => throw new HttpRequestException(error, "no line", new IOException("the line is dead"));

    /// <summary>A stream of events that ends after its text.</summary>
    public static Func<HttpRequestMessage, HttpResponseMessage> Stream(string text) =>
        Json(text, type: "text/event-stream");
}
