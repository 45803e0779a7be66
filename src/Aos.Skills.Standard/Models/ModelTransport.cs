using System.Globalization;
using System.Net;
using Aos.Contracts.Failures;
using Aos.Skills.Standard.Http;
using Aos.Skills.Standard.Telemetry;

namespace Aos.Skills.Standard.Models;

/// <summary>How long a model may be silent and how much it may say.</summary>
internal sealed record ModelLimits
{
    /// <summary>Until the head of the answer is there. Default 120 seconds.</summary>
    public TimeSpan FirstByte { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Between two pieces of an answer. Default 120 seconds: models that think send nothing for
    /// long.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Bytes of an answer on the wire. Default 32 MiB.</summary>
    public long BytesMax { get; init; } = 32 << 20;

    /// <summary>Bytes of a refusal that are read. Default 16 KiB.</summary>
    public int RefusalBytesMax { get; init; } = 16 << 10;
}

/// <summary>What was seen of one call on the wire.</summary>
internal sealed class ModelExchange
{
    /// <summary>Why there is no answer, or no whole one; null where the wire is not to blame.</summary>
    public HttpFailure? Failure { get; set; }

    /// <summary>The status; null where no answer began.</summary>
    public int? Status { get; set; }

    /// <summary>How long the provider asked to wait.</summary>
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>What the provider said to a request that it refused.</summary>
    public string? Refusal { get; set; }
}

/// <summary>The wire beneath the client of a provider, for one call: under the egress policy, to one host, once, with
/// bounds on silence and size. It keeps what the client's exceptions do not tell.</summary>
internal sealed class ModelTransport(
    HttpServices http, ModelLimits limits, Uri address, EgressPolicy policy, TraceHosts traceTo) : HttpMessageHandler
{
    /// <summary>What was seen.</summary>
    public ModelExchange Seen { get; } = new();

    private string Authority => HttpTransport.Authority(address);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var url = request.RequestUri!;
        if (url.Scheme != address.Scheme || url.Port != address.Port || url.IdnHost != address.IdnHost)
            throw Fail(
                new HttpFailure(
                    ErrorCodes.EgressDenied,
                    $"A call of the model at {Authority} went to {HttpTransport.Authority(url)}."));
        SkillTracing.Propagate(request, url, traceTo);
        using var limit = new CancellationTokenSource(limits.FirstByte, http.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            var response = await DialAsync(request, url, both.Token).ConfigureAwait(false);
            return await TakeAsync(response, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw Fail(
                new HttpFailure(
                    ErrorCodes.Timeout,
                    $"{Authority} did not begin to answer within {limits.FirstByte.TotalSeconds:0} s."));
        }
    }

    private async Task<HttpResponseMessage> DialAsync(HttpRequestMessage request, Uri url, CancellationToken cancel)
    {
        switch (await http.Guard.CheckAsync(url, policy, cancel).ConfigureAwait(false))
        {
            case EgressVerdict.Denied denied:
                throw Fail(new HttpFailure(ErrorCodes.EgressDenied, denied.Message));
            case EgressVerdict.Unresolved unresolved:
                throw Fail(
                    new HttpFailure(
                        ErrorCodes.DnsFailed, $"The name of {Authority} could not be resolved.", unresolved.Cause));
            case EgressVerdict.Allowed allowed:
                return await DialAsync(request, url, allowed.Addresses, cancel).ConfigureAwait(false);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<HttpResponseMessage> DialAsync(
        HttpRequestMessage request, Uri url, IReadOnlyList<IPAddress> addresses, CancellationToken cancel)
    {
        HttpFailure? last = null;
        foreach (var to in addresses.Take(http.Limits.AddressesMax))
            try
            {
                request.RequestUri = url;
                return await http.Transport.SendAsync(request, to, fresh: false, cancel).ConfigureAwait(false);
            }
            catch (HttpRequestException failure)
            {
                last = HttpFailures.OfRequest(failure, Authority);
                if (!HttpFailures.IsBeforeSending(failure) || HttpFailures.IsTls(last.Code)) break;
            }
        throw Fail(last!);
    }

    private async Task<HttpResponseMessage> TakeAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        Seen.Status = (int)response.StatusCode;
        Seen.RetryAfter = RetryAfterMs(response) ?? HttpFailures.RetryAfter(response.Headers, http.Clock.GetUtcNow());
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        var watched = new WatchedStream(stream, this, limits, http.Clock);
        if (Seen.Status is >= 200 and < 300)
        {
            if (response.Content.Headers.ContentType?.MediaType is not "text/event-stream")
                throw Fail(
                    new HttpFailure(
                        ErrorCodes.ResponseInvalid,
                        $"{Authority} was asked to stream an answer of a model, and answered something else.",
                    $"content type {response.Content.Headers.ContentType}"));
            response.Content = Wrap(watched, response.Content);
            return response;
        }
        if (Seen.Status < 400)
            throw Fail(
                new HttpFailure(
                    ErrorCodes.ResponseInvalid,
                    $"{Authority} redirects; for a model no redirect is followed. Correct its base_url."));
        var text = await ReadRefusalAsync(watched, cancel).ConfigureAwait(false);
        Seen.Refusal = System.Text.Encoding.UTF8.GetString(text);
        response.Content = Wrap(new MemoryStream(text), response.Content);
        return response;
    }

    // What OpenAI and Azure send beside Retry-After, because waits of less than a second are common with them.
    private static TimeSpan? RetryAfterMs(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("retry-after-ms", out var values)
        && int.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;

    private async Task<byte[]> ReadRefusalAsync(WatchedStream stream, CancellationToken cancel)
    {
        var buffer = new byte[limits.RefusalBytesMax];
        var count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel)
            .ConfigureAwait(false);
        return buffer[..count];
    }

    private static StreamContent Wrap(Stream stream, HttpContent content)
    {
        var wrapped = new StreamContent(stream);
        if (content.Headers.ContentType is { } type) wrapped.Headers.ContentType = type;
        return wrapped;
    }

    /// <summary>Notes what broke the call, and gives what is thrown for it.</summary>
    public ModelWireException Fail(HttpFailure failure)
    {
        Seen.Failure ??= failure;
        return new ModelWireException(failure.Message);
    }

    /// <summary>Notes that reading the answer failed.</summary>
    public ModelWireException FailReading(Exception error) => Fail(HttpFailures.OfReading(error, Authority));

    /// <summary>Notes that the answer stopped coming.</summary>
    public ModelWireException FailIdle() =>
        Fail(new HttpFailure(
            ErrorCodes.Timeout,
            $"{Authority} sent nothing for {limits.Idle.TotalSeconds:0} s in the middle of its answer."));

    /// <summary>Notes that the answer is too large.</summary>
    public ModelWireException FailSize() =>
        Fail(new HttpFailure(
            ErrorCodes.ResponseTooLarge, $"The answer of {Authority} has more than {limits.BytesMax} bytes."));
}

/// <summary>Ends a call of a provider's client whose wire broke; what broke is in the exchange.</summary>
internal sealed class ModelWireException(string message) : IOException(message);

/// <summary>An answer that is bounded in size and in silence.</summary>
internal sealed class WatchedStream(Stream inner, ModelTransport wire, ModelLimits limits, TimeProvider clock)
    : ReadOnlyStream(inner)
{
    private long _read;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var limit = new CancellationTokenSource(limits.Idle, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        int count;
        try
        {
            count = await Inner.ReadAsync(buffer, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
            when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw wire.FailIdle();
        }
        catch (Exception error) when (error is IOException or InvalidDataException or HttpRequestException)
        {
            throw wire.FailReading(error);
        }
        _read += count;
        return _read <= limits.BytesMax ? count : throw wire.FailSize();
    }

    // Clients read asynchronously; one that does not is served all the same.
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();
}
