using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;

namespace Aos.Server.Api;

/// <summary>Outcomes as RFC 9457 problems, and the one table from codes to statuses.</summary>
internal static class Problems
{
    /// <summary>Where the pages of the codes are.</summary>
    public const string TypeBase = "https://aos.dev/docs/error_taxonomy.md#";

    private static readonly Dictionary<ErrorCode, int> ByCode = new()
    {
        [ErrorCodes.Unauthenticated] = 401,
        [ErrorCodes.UnknownRun] = 404,
        [ErrorCodes.UnknownStep] = 404,
        [ErrorCodes.UnknownQuery] = 404,
        [ErrorCodes.UnknownApproval] = 404,
        [ErrorCodes.UnknownAgent] = 404,
        [ErrorCodes.UnknownKey] = 404,
        [ErrorCodes.UnknownPolicy] = 404,
        [ErrorCodes.UnknownSkill] = 404,
        [ErrorCodes.SkillVersionMissing] = 404,
        [ErrorCodes.UnknownResource] = 404,
        [ErrorCodes.RequestInFlight] = 409,
        [ErrorCodes.RunOwned] = 409,
        [ErrorCodes.RunQuarantined] = 409,
        [ErrorCodes.RunHeld] = 409,
        [ErrorCodes.ContractChanged] = 409,
        [ErrorCodes.PreconditionFailed] = 412,
        [ErrorCodes.PayloadTooLarge] = 413,
        [ErrorCodes.JsonTooLarge] = 413,
        [ErrorCodes.InvalidPlan] = 422,
        [ErrorCodes.InvalidProfile] = 422,
        [ErrorCodes.InvalidPolicy] = 422,
        [ErrorCodes.InvalidTenant] = 422,
        [ErrorCodes.ApprovalForbidden] = 403,
        [ErrorCodes.InvalidInput] = 422,
        [ErrorCodes.IdempotencyConflict] = 422,
        [ErrorCodes.UnknownSignal] = 422,
        [ErrorCodes.ExpressionInvalid] = 422,
        [ErrorCodes.TooManyRequests] = 429,
        [ErrorCodes.StorageCorrupt] = 500,
        [ErrorCodes.HistoryTampered] = 500,
    };

    /// <summary>The status of an answer that is refused with a code.</summary>
    public static int StatusOf(ErrorCode code) => ByCode.TryGetValue(code, out var status) ? status
        : FailureIndex.BuiltIn.Match(code)?.Category switch
        {
            FailureCategory.Validation => 400,
            FailureCategory.Permission => 403,
            FailureCategory.Approval or FailureCategory.Cancelled or FailureCategory.Unknown => 409,
            FailureCategory.Budget or FailureCategory.Limit or FailureCategory.Planner => 422,
            FailureCategory.Remote => 502,
            FailureCategory.Transient or FailureCategory.Storage => 503,
            _ => 500,
        };

    /// <summary>The problem of a refusal.</summary>
    /// <param name="outcome">The refusal.</param>
    /// <param name="request">The name of the request.</param>
    /// <param name="status">The status, where another one than that of the code says more.</param>
    public static ProblemDocument Of(StructuredOutcome outcome, string request, int? status = null) => new()
    {
        Type = TypeBase + outcome.Code.Value.ToLowerInvariant(),
        Title = FailureIndex.BuiltIn.Match(outcome.Code)?.Cause ?? "The request was refused.",
        Status = status ?? StatusOf(outcome.Code),
        Detail = outcome.Message,
        Instance = $"urn:aos:request:{request}",
        Code = outcome.Code,
        RunId = outcome.RunId,
        Retryable = outcome.Failure?.Retryable ?? false,
        Outcome = outcome,
    };

    /// <summary>Writes the problem of a refusal.</summary>
    public static async Task WriteAsync(HttpContext http, StructuredOutcome outcome, int? status = null)
    {
        var problem = Of(outcome, http.TraceIdentifier, status);
        http.Response.StatusCode = problem.Status;
        http.Response.ContentType = "application/problem+json";
        if (problem.Status == 401) http.Response.Headers.WWWAuthenticate = "Bearer realm=\"aos\"";
        if (problem.Status is 429 or 503 && http.Response.Headers.RetryAfter.Count == 0)
            http.Response.Headers.RetryAfter = "1";
        await http.Response.Body.WriteAsync(AosJson.Write(problem), http.RequestAborted).ConfigureAwait(false);
    }
}
