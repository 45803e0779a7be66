using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Aos.Abstractions.Secrets;
using Aos.Abstractions.Skills;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Telemetry;

namespace Aos.Skills.Standard.Http;

/// <summary>What an exchange works with; shared by all calls.</summary>
internal sealed record HttpServices(
    HttpTransport Transport, EgressGuard Guard, HttpCache Cache, HttpLimits Limits, TimeProvider Clock);

/// <summary>One call of <c>http_call</c>: the request, its redirects, the answer. Single use.</summary>
internal sealed class HttpExchange(
    HttpServices services, EgressPolicy policy, HttpCallRequest request, HttpCredentials credentials, SkillCall call,
    TraceHosts traceTo)
{
    private readonly List<SideEffect> _sideEffects = [];
    private Uri _url = request.Url;
    private string _method = request.Method;
    private SentBody? _body = credentials.Body;
    private readonly string? _cacheKey = request.Cache ? HttpCache.KeyOf(call, request.Url, credentials.Headers) : null;
    private CachedAnswer? _kept;
    private ImmutableArray<SentHeader> _headers = credentials.Headers;
    private ImmutableArray<SecretValue> _secrets = credentials.Secrets;
    private SendMark _mark = new();

    private string Authority => HttpTransport.Authority(_url);

    // A request that may change something always carries a content, if an empty one: its writing tells whether the
    // request left, and the framework does not send a request again whose content it began to write.
    private bool MayHaveArrived => HttpCallRequest.IsUnsafe(_method) && _mark.Started;

    /// <summary>Makes the call. Only cancellation throws.</summary>
    public async ValueTask<SkillResult> RunAsync(CancellationToken cancel)
    {
        // Where the caller asks about a state of its own, the answer is about that one.
        if (_cacheKey is not null
            && !_headers.Any(header => header.Name.StartsWith("If-", StringComparison.OrdinalIgnoreCase)))
            _kept = services.Cache.Find(_cacheKey);
        for (var redirects = 0; ; redirects++)
        {
            _mark = new SendMark();
            using var span = SkillTracing.BeginHttp(_method, _url, redirects);
            switch (await SendAsync(cancel).ConfigureAwait(false))
            {
                case Hop.Failed(var failure):
                    SkillTracing.Fail(span, failure.Code.Value);
                    return Fail(failure);
                case Hop.Answered(var response):
                    using (response)
                    {
                        SkillTracing.Answered(span, (int)response.StatusCode);
                        if (!IsRedirect(response.StatusCode))
                            return await AnswerAsync(response, cancel).ConfigureAwait(false);
                        var obstacle = redirects < services.Limits.RedirectsMax ? Follow(response) : TooManyRedirects();
                        if (obstacle is not null) return Fail(obstacle);
                    }
                    break;
                default:
                    throw new UnreachableException();
            }
        }
    }

    /// <summary>The result where the call's own time ran out.</summary>
    public SkillResult TimedOut(TimeSpan timeout) => Fail(new HttpFailure(ErrorCodes.Timeout,
        $"{Authority} did not answer within {timeout.TotalMilliseconds:0} ms."));

    /// <summary>The result where the call was told to stop: whether the request may have left is known here
    /// alone.</summary>
    public SkillResult Stopped() => Fail(new HttpFailure(ErrorCodes.Cancelled, MayHaveArrived
        ? $"The request had been sent to {Authority}." : "No request that changes anything had been sent."));

    private async ValueTask<Hop> SendAsync(CancellationToken cancel)
    {
        foreach (var secret in _secrets)
            if (!secret.MayBeSentTo(_url))
                return new Hop.Failed(new HttpFailure(ErrorCodes.SecretNotAllowed,
                    $"The profile does not let secret '{secret.Name}' be sent to {Authority}; it names other "
                        + "hosts for it."));
        switch (await CheckAsync(cancel).ConfigureAwait(false))
        {
            case EgressVerdict.Denied denied:
                return new Hop.Failed(new HttpFailure(ErrorCodes.EgressDenied, denied.Message));
            case EgressVerdict.Unresolved unresolved:
                return new Hop.Failed(new HttpFailure(
                    ErrorCodes.DnsFailed, $"The name of {Authority} could not be resolved.", unresolved.Cause));
            case EgressVerdict.Allowed allowed:
                return await SendAsync(allowed.Addresses, cancel).ConfigureAwait(false);
            case null:
                return new Hop.Failed(HttpFailures.ConnectTimedOut(Authority));
            default:
                throw new UnreachableException();
        }
    }

    // Null where the name was not found in time.
    private async ValueTask<EgressVerdict?> CheckAsync(CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(services.Limits.ConnectTimeout, services.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            return await services.Guard.CheckAsync(_url, policy, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    private async ValueTask<Hop> SendAsync(IReadOnlyList<IPAddress> addresses, CancellationToken cancel)
    {
        HttpFailure? last = null;
        foreach (var address in addresses.Take(services.Limits.AddressesMax))
        {
            var wait = request.FirstByteTimeout ?? services.Limits.FirstByteTimeout;
            using var limit = new CancellationTokenSource(wait, services.Clock);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
            try
            {
                using var message = Message();
                var fresh = call.Effect == EffectClass.Once;
                return new Hop.Answered(
                    await services.Transport.SendAsync(message, address, fresh, both.Token).ConfigureAwait(false));
            }
            catch (HttpRequestException failure)
            {
                last = HttpFailures.OfRequest(failure, Authority);
                if (!HttpFailures.IsBeforeSending(failure) || HttpFailures.IsTls(last.Code)) break;
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
            {
                return new Hop.Failed(HttpFailures.FirstByteTimedOut(Authority, wait));
            }
        }
        return new Hop.Failed(last!);
    }

    private HttpRequestMessage Message()
    {
        var message = new HttpRequestMessage(new HttpMethod(_method), _url);
        var isUnsafe = HttpCallRequest.IsUnsafe(_method);
        if (_body is not null || isUnsafe) message.Content = new MarkedContent(_body?.Bytes ?? [], _mark);
        foreach (var (name, value, _) in _headers)
            if (!message.Headers.TryAddWithoutValidation(name, value))
                message.Content?.Headers.TryAddWithoutValidation(name, value);
        if (_body is not null && message.Content!.Headers.NonValidated.Contains("Content-Type") is false)
            message.Content.Headers.TryAddWithoutValidation("Content-Type", _body.Type);
        AddUnlessGiven(message.Headers, "User-Agent", "aos-http-call/1");
        AddUnlessGiven(message.Headers, "Accept-Encoding", HttpBodyReader.AcceptEncoding);
        if (_kept?.ETag is { } tag) message.Headers.TryAddWithoutValidation("If-None-Match", tag);
        if (_kept?.LastModified is { } date) message.Headers.TryAddWithoutValidation("If-Modified-Since", date);
        if (isUnsafe) AddUnlessGiven(message.Headers, HttpHeaderRules.IdempotencyKey, call.IdempotencyKey);
        SkillTracing.Propagate(message, _url, traceTo);
        return message;
    }

    private static void AddUnlessGiven(HttpRequestHeaders headers, string name, string value)
    {
        if (!headers.NonValidated.Contains(name)) headers.TryAddWithoutValidation(name, value);
    }

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    // Moves on to where the answer points; returns what is in the way.
    private HttpFailure? Follow(HttpResponseMessage response)
    {
        var location = response.Headers.NonValidated.TryGetValues("Location", out var values) ? values.ToString() : "";
        if (location.Length == 0 || !Uri.TryCreate(_url, location, out var next))
            return new HttpFailure(ErrorCodes.ResponseInvalid, $"{Authority} redirects without saying where.");
        if (HttpCallRequestReader.CheckUrl(next) is { } mistake)
            return new HttpFailure(
                ErrorCodes.EgressDenied, $"{Authority} redirects to where no call is made: {mistake}.");
        if (_url.Scheme == "https" && next.Scheme == "http")
            return new HttpFailure(ErrorCodes.EgressDenied, $"{Authority} redirects from https to http.");
        if (TurnsIntoGet(response.StatusCode))
        {
            // What was posted has been answered, and the answer is elsewhere: it may well have been done.
            if (MayHaveArrived) _sideEffects.Add(EffectOf());
            (_method, _body) = ("GET", null);
            _headers =
                _headers.RemoveAll(header => header.Name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
                || header.Name.Equals(HttpHeaderRules.IdempotencyKey, StringComparison.OrdinalIgnoreCase));
        }
        if (!SameOrigin(_url, next) && _body is { HasSecrets: true })
            return new HttpFailure(
                ErrorCodes.EgressDenied, $"{Authority} redirects to another origin, and the body holds a secret.");
        // An answer is kept for the address that was asked, and what stands behind a redirect may be another tomorrow.
        _kept = null;
        if (!SameOrigin(_url, next)) (_headers, _secrets) = (_headers.RemoveAll(header => header.IsSecret), []);
        _url = next;
        return null;
    }

    // RFC 9110 §15.4: 303 asks for a GET; 301 and 302 made browsers turn POST into GET; 307 and 308 repeat the request.
    private bool TurnsIntoGet(HttpStatusCode status) => (int)status switch
    {
        303 => _method is not ("GET" or "HEAD"),
        301 or 302 => _method == "POST",
        _ => false,
    };

    private static bool SameOrigin(Uri left, Uri right) =>
        left.Scheme == right.Scheme && left.Port == right.Port
            && NetworkEntry.HostOf(left) == NetworkEntry.HostOf(right);

    private HttpFailure TooManyRedirects() => new(ErrorCodes.TooManyRedirects,
        $"{Authority} redirects again after {services.Limits.RedirectsMax} redirects; call the last address itself.");

    private async ValueTask<SkillResult> AnswerAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var status = (int)response.StatusCode;
        if (status == 304 && _kept is { } kept) return SkillResult.Success(kept.Result) with { CacheHit = true };
        // These have no body (RFC 9110 §6.4.1), though their Content-Length may tell the size of one.
        var read = _method == "HEAD" || status is 204 or 304
            ? new HttpBody.Complete(default)
            : await HttpBodyReader.ReadAsync(response, services.Limits, Authority, cancel).ConfigureAwait(false);
        var bytes = (read as HttpBody.Complete)?.Bytes;
        var answer = HttpAnswer.Build(response, bytes, services.Limits, Authority);
        var wait = HttpFailures.RetryAfter(response.Headers, services.Clock.GetUtcNow());
        if (status >= 400)
        {
            var message = $"{Authority} answered {_method} with status {status}.";
            var failed = Fail(new HttpFailure(HttpFailures.OfStatus(status), message), OfStatus(status));
            return failed with { Result = answer.Result, RetryAfter = wait };
        }
        if (read is HttpBody.Failed(var cut)) return Fail(cut) with { Result = answer.Result };
        if (answer.Failure is not null) return Fail(answer.Failure, OfAnswer()) with { Result = answer.Result };
        if (MayHaveArrived) _sideEffects.Add(EffectOf());
        if (_cacheKey is not null && status == 200 && _url == request.Url) Keep(response, answer.Result);
        return SkillResult.Success(answer.Result) with { SideEffects = ValueList.From(_sideEffects) };
    }

    private void Keep(HttpResponseMessage response, Payload result)
    {
        if (response.Headers.CacheControl is { NoStore: true } || response.Headers.Vary.Contains("*")) return;
        var (tag, date) =
            (response.Headers.ETag?.ToString(), Field(response.Content.Headers.NonValidated, "Last-Modified"));
        if (tag is not null || date is not null) services.Cache.Keep(_cacheKey!, new CachedAnswer(result, tag, date));
    }

    private static string? Field(HttpHeadersNonValidated headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.ToString() : null;

    // The other side answered well, only illegibly: what was asked is done.
    private EffectState OfAnswer() =>
        MayHaveArrived || _sideEffects.Count > 0 ? EffectState.Happened : EffectState.None;

    private EffectState OfStatus(int status) =>
        _sideEffects.Count > 0 || (MayHaveArrived && !HttpFailures.SaysNothingWasDone(status))
            ? EffectState.Unknown
            : EffectState.None;

    private SkillResult Fail(HttpFailure failure) =>
        Fail(failure, _sideEffects.Count > 0 || MayHaveArrived ? EffectState.Unknown : EffectState.None);

    private SkillResult Fail(HttpFailure failure, EffectState effect)
    {
        if (effect != EffectState.None && MayHaveArrived) _sideEffects.Add(EffectOf());
        return SkillResult.Failure(failure.Code, failure.Message, effect) with
        {
            Cause = failure.Cause,
            SideEffects = ValueList.From(_sideEffects),
        };
    }

    // Without the query: it is where addresses carry secrets.
    private SideEffect EffectOf() => new()
    {
        Type = HttpCallContract.SideEffectType,
        Target = $"{_method} {_url.Scheme}://{Authority}{_url.AbsolutePath}",
        Reversible = false,
    };

    private abstract record Hop
    {
        private Hop() { }

        internal sealed record Answered(HttpResponseMessage Response) : Hop;

        internal sealed record Failed(HttpFailure Failure) : Hop;
    }
}
