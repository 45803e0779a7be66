using System.Text.Json;
using Aos.Abstractions.Skills;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Skills.Standard.Telemetry;

namespace Aos.Skills.Standard.Http;

/// <summary><c>http_call</c>: one HTTP request, under the egress policy of the profile.</summary>
/// <remarks>
/// <para>Answers of status 400 and above are failures that carry the answer as their result. Whether a failed call
/// changed the world: not where the request never left, was refused by the policy, or was answered with 4xx or 503;
/// unknown for other statuses, a cut connection or a time-out after a request that may change something had
/// left.</para>
/// <para>Thread-safe. Owns its connections until it is disposed.</para>
/// </remarks>
public sealed class HttpCallSkill : ISkill, IDisposable
{
    private readonly HttpServices _services;

    /// <summary>A skill with connections of its own.</summary>
    /// <param name="clock">Measures time-outs and dates in <c>Retry-After</c>.</param>
    public HttpCallSkill(TimeProvider clock) : this(clock, new SystemResolver(), new HttpLimits()) { }

    internal HttpCallSkill(TimeProvider clock, IHostResolver resolver, HttpLimits limits) =>
        _services = new HttpServices(new HttpTransport(limits), new EgressGuard(resolver),
            new HttpCache(limits.CacheBytesMax), limits, clock);

    /// <inheritdoc />
    public SkillContract Contract { get; } = HttpCallContract.Create();

    /// <inheritdoc />
    /// <remarks>A host that is written out is judged by the profile's network without asking anybody: a name that no
    /// entry could allow, an address that none does. What the name resolves to shows only in the call.</remarks>
    public IReadOnlyList<Problem> FindGaps(SkillCall call)
    {
        if (call.Input.Element is not { ValueKind: JsonValueKind.Object } input
            || !input.TryGetProperty("url", out var given)
            || given.ValueKind != JsonValueKind.String
            || !Uri.TryCreate(given.GetString(), UriKind.Absolute, out var url)
            || HttpCallRequestReader.CheckUrl(url) is not null) return [];
        return !EgressPolicy.TryParse(call.Network, out var policy, out var mistake)
            ? [Gap($"The profile's network has the entry '{mistake}', which is not {NetworkEntry.Rule}.")]
            : EgressGuard.FindGap(url, policy) is { } gap ? [Gap(gap)] : [];

        static Problem Gap(string message) => new("/url", ErrorCodes.EgressDenied, message);
    }

    /// <inheritdoc />
    public async ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel)
    {
        var reader = new HttpCallRequestReader();
        if (reader.Read(call.Input.Element) is not { } request)
            return SkillResult.Failure(
                ErrorCodes.InvalidInput, "The request cannot be made as it is.", EffectState.None)
                with
            { Problems = reader.Problems };
        if (!EgressPolicy.TryParse(call.Network, out var policy, out var mistake))
            return SkillResult.Failure(ErrorCodes.EgressDenied,
                $"The profile's network has the entry '{mistake}', which is not {NetworkEntry.Rule}.",
                EffectState.None);
        if (TraceHosts.Of(call) is not { } traceTo)
            return SkillResult.Failure(ErrorCodes.InvalidProfile,
                $"config.http_call: trace_to is not a list of entries such as {NetworkEntry.Rule}.", EffectState.None);
        var (credentials, failure) =
            await HttpCredentials.ResolveAsync(request, call.Secrets, cancel).ConfigureAwait(false);
        if (credentials is null) return failure!;
        var exchange = new HttpExchange(_services, policy, request, credentials, call, traceTo);
        try
        {
            return request.Timeout is { } timeout
                ? await RunAsync(exchange, timeout, cancel).ConfigureAwait(false)
                : await exchange.RunAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return exchange.Stopped();
        }
    }

    private async ValueTask<SkillResult> RunAsync(HttpExchange exchange, TimeSpan timeout, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(timeout, _services.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            return await exchange.RunAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return exchange.TimedOut(timeout);
        }
    }

    /// <summary>Closes the connections. Calls in flight fail.</summary>
    public void Dispose() => _services.Transport.Dispose();
}
