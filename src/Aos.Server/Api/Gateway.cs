using Aos.Abstractions.Storage;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;
using Aos.Server.Auth;
using Aos.Server.Hosting;

namespace Aos.Server.Api;

/// <summary>Answers requests: who is it, may they, is there room; then the operation; then the audit log.</summary>
internal sealed partial class Gateway(ServerParts server, Authenticator authenticator, ILogger<Gateway> logger)
{
    private static readonly Caller Nobody = new() { Subject = "nobody", Tenant = "", Roles = [], Permissions = [] };

    private readonly RateLimit _rate = new(server.Settings.RatePerSecond, server.Time);
    private readonly Places _requests = new(server.Settings.RequestsMax, server.Settings.RequestsPerCallerMax);
    private readonly Places _streams = new(server.Settings.StreamsMax, server.Settings.StreamsPerCallerMax);

    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext http, Operation operation)
    {
        var began = server.Time.GetTimestamp();
        using var span = RequestTracing.Begin(http, operation, server.Settings);
        server.Metrics.Enter(operation.IsStream);
        try
        {
            await TryAnswerAsync(http, operation).ConfigureAwait(false);
        }
        finally
        {
            server.Metrics.Leave(operation.IsStream);
            server.Metrics.Answered(
                operation.Id, operation.IsStream, http.Response.StatusCode, server.Time.GetElapsedTime(began));
            RequestTracing.Answered(span, http.Response.StatusCode);
        }
    }

    private Task TryAnswerAsync(HttpContext http, Operation operation) =>
        TryAnswerAsync(http, operation, caller => CallAsync(http, operation, caller));

    /// <summary>Lets a request of another protocol through, once it is known who sent it and there is room.</summary>
    public async Task GuardAsync(HttpContext http, Operation operation, RequestDelegate next)
    {
        var began = server.Time.GetTimestamp();
        using var span = RequestTracing.Begin(http, operation, server.Settings);
        server.Metrics.Enter(operation.IsStream);
        try
        {
            await TryAnswerAsync(http, operation, async caller =>
            {
                await server.Rules.EnsureAsync(caller.Tenant, http.RequestAborted).ConfigureAwait(false);
                http.Items[typeof(Caller)] = caller;
                await next(http).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
        finally
        {
            server.Metrics.Leave(operation.IsStream);
            server.Metrics.Answered(
                operation.Id, operation.IsStream, http.Response.StatusCode, server.Time.GetElapsedTime(began));
            RequestTracing.Answered(span, http.Response.StatusCode);
        }
    }

    private async Task TryAnswerAsync(HttpContext http, Operation operation, Func<Caller, Task> answer)
    {
        try
        {
            if (await AdmitAsync(http, operation).ConfigureAwait(false) is not { } caller) return;
            var (places, name) = (operation.IsStream ? _streams : _requests, $"{caller.Tenant}/{caller.Subject}");
            if (places.Enter(name) is var answered and not PlaceAnswer.Taken)
            {
                await RefuseAsync(http, operation, answered).ConfigureAwait(false);
                return;
            }
            try
            {
                await answer(caller).ConfigureAwait(false);
            }
            finally
            {
                places.Leave(name);
            }
        }
        catch (BadHttpRequestException bad)
        {
            var outcome = bad.StatusCode == 413
                ? Refuse(ErrorCodes.PayloadTooLarge, $"The body is larger than {server.Settings.BodyBytesMax} bytes.")
                : Refuse(ErrorCodes.InvalidArgument, "The request cannot be read: " + bad.Message);
            if (!http.Response.HasStarted)
                await Problems.WriteAsync(http, outcome, bad.StatusCode).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
            when (http.RequestAborted.IsCancellationRequested || server.Closing.IsCancellationRequested)
        {
            // The client is gone, or the server goes: nobody reads an answer. A stream is taken up elsewhere.
        }
        catch (StoreException failure)
        {
            // No defect of the server, and while the store is away every request says the same.
            LogStoreFailed(operation.Id, http.TraceIdentifier, failure.Code.Value, failure.Message);
            await FailAsync(http, Refuse(failure.Code, failure.Message)).ConfigureAwait(false);
        }
        catch (Exception defect)
        {
            LogDefect(defect, operation.Id, http.TraceIdentifier);
            await FailAsync(http, Refuse(ErrorCodes.InternalError, "A defect of the server; its log has the request."))
                .ConfigureAwait(false);
        }
    }

    // A client that has read a part of an answer must not take it for the whole.
    private static async Task FailAsync(HttpContext http, StructuredOutcome outcome)
    {
        if (http.Response.HasStarted) http.Abort();
        else await Problems.WriteAsync(http, outcome).ConfigureAwait(false);
    }

    public StructuredOutcome Refuse(ErrorCode code, string message) => server.Runtime.Refuse(code, message);

    private async ValueTask<Caller?> AdmitAsync(HttpContext http, Operation operation)
    {
        if (operation.Right is null) return Nobody;
        if (await authenticator.FindAsync(http.Request, http.RequestAborted).ConfigureAwait(false) is not { } caller)
        {
            await Problems.WriteAsync(
                http, Refuse(ErrorCodes.Unauthenticated, http.Request.Headers.Authorization.Count == 0
                ? "Send `Authorization: Bearer KEY` with the request."
                : "The key or token is unknown, expired or revoked.")).ConfigureAwait(false);
            return null;
        }
        if (_rate.Take(caller.Subject) is { } wait)
        {
            http.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString();
            var slow =
                Refuse(ErrorCodes.TooManyRequests, $"More than {server.Settings.RatePerSecond} requests a second.");
            await Problems.WriteAsync(
                http, slow with
                {
                    Failure = slow.Failure! with { RetryAfterMs = (long)Math.Ceiling(wait.TotalMilliseconds) }
                }).ConfigureAwait(false);
            return null;
        }
        if (operation.Right.Length > 0 && !caller.Permissions.Contains(operation.Right))
        {
            await AuditAsync(caller, operation, null, ErrorCodes.PermissionDenied).ConfigureAwait(false);
            await Problems.WriteAsync(http, Refuse(ErrorCodes.PermissionDenied,
                $"This needs the right {operation.Right}; the caller "
                    + $"has {(caller.Permissions.Count == 0 ? "none" : string.Join(", ", caller.Permissions))}."))
                        .ConfigureAwait(false);
            return null;
        }
        return caller;
    }

    private Task RefuseAsync(HttpContext http, Operation operation, PlaceAnswer answer)
    {
        http.Response.Headers.RetryAfter = "1";
        return answer == PlaceAnswer.Full
            ? Problems.WriteAsync(
                http, Refuse(ErrorCodes.TooManyRequests, "The server has as much to do as it takes on at a time."), 503)
            : Problems.WriteAsync(http, Refuse(ErrorCodes.TooManyRequests, operation.IsStream
                ? $"One caller may have {server.Settings.StreamsPerCallerMax} streams open at a time."
                : $"One caller may have {server.Settings.RequestsPerCallerMax} requests answered at a time."));
    }

    private async Task CallAsync(HttpContext http, Operation operation, Caller caller)
    {
        var call =
            new Call(http, operation, caller, server) { TraceParent = RequestTracing.ParentOf(http, server.Settings) };
        var (reply, held) = (default(Reply), default(IDisposable));
        try
        {
            if (operation.TakesKey && call.Key() is { } key)
                held = server.InFlight.TryBegin(caller.Tenant, key)
                    ?? throw call.Refuse(
                        ErrorCodes.RequestInFlight,
                        $"A request with the idempotency key '{key}' is still being answered.");
            if (operation.Right is not null)
                await server.Rules.EnsureAsync(caller.Tenant, http.RequestAborted).ConfigureAwait(false);
            reply = await operation.Answer(call).ConfigureAwait(false);
        }
        catch (ApiRefusal refusal)
        {
            reply = new Reply.Refused(refusal.Outcome);
        }
        finally
        {
            held?.Dispose();
        }
        if (operation.IsAudited)
            await AuditAsync(
                caller, operation, call.Target,
                reply is Reply.Refused { Outcome: var refused } ? refused.Code : ErrorCodes.Ok).ConfigureAwait(false);
        await WriteAsync(http, operation, reply).ConfigureAwait(false);
    }

    private ValueTask AuditAsync(Caller caller, Operation operation, string? target, ErrorCode code) =>
        server.Audit.AddAsync(caller.Tenant, caller.Subject, operation.Id, target, code, CancellationToken.None);

    private static async Task WriteAsync(HttpContext http, Operation operation, Reply reply)
    {
        var response = http.Response;
        switch (reply)
        {
            case Reply.Json json:
                response.StatusCode = json.Status ?? operation.Status;
                response.ContentType = "application/json";
                response.ContentLength = json.Body.Length;
                if (json.ETag is not null) response.Headers.ETag = json.ETag;
                if (json.Location is not null) response.Headers.Location = json.Location;
                await response.Body.WriteAsync(json.Body, http.RequestAborted).ConfigureAwait(false);
                break;
            case Reply.Bytes bytes:
                response.ContentType = operation.Produces;
                response.Headers.ContentDisposition = $"attachment; filename=\"{bytes.FileName}\"";
                await response.Body.WriteAsync(bytes.Body, http.RequestAborted).ConfigureAwait(false);
                break;
            case Reply.Stream stream:
                response.ContentType = operation.Produces;
                await stream.Write(response, http.RequestAborted).ConfigureAwait(false);
                break;
            case Reply.Empty empty:
                response.StatusCode = empty.Status;
                break;
            case Reply.Refused refused:
                await Problems.WriteAsync(http, refused.Outcome).ConfigureAwait(false);
                break;
        }
    }

    [LoggerMessage(
        EventId = 3001, Level = LogLevel.Error, Message = "Operation {Operation} failed in request {Request}")]
    private partial void LogDefect(Exception defect, string operation, string request);

    [LoggerMessage(
        EventId = 3002, Level = LogLevel.Warning,
        Message = "Operation {Operation} failed in request {Request}: {Code}: {Reason}")]
    private partial void LogStoreFailed(string operation, string request, string code, string reason);
}
