using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Skills.Standard.Http;
using Microsoft.Extensions.Time.Testing;

namespace Aos.Tests.Skills.Http;

public sealed class HttpCallHostileTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "CONNECTION_RESET")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "CONNECTION_RESET")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", "RESPONSE_INVALID")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n", "RESPONSE_INVALID")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le", "CONNECTION_RESET")]
    [InlineData("", "CONNECTION_RESET")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "RESPONSE_INVALID")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n", "RESPONSE_INVALID")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n", "RESPONSE_INVALID")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Encoding: zstd\r\n\r\nhi", "RESPONSE_INVALID")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Encoding: gzip, gzip\r\n\r\nhi", "RESPONSE_INVALID")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Encoding: gzip\r\n\r\nnope", "RESPONSE_INVALID")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx", "RESPONSE_TOO_LARGE")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nx", "RESPONSE_TOO_LARGE")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 3\r\n\r\nhello", "RESPONSE_INVALID")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5, 3\r\n\r\nhello", "RESPONSE_INVALID")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", "RESPONSE_INVALID")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", "RESPONSE_INVALID")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello", "RESPONSE_INVALID")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9, 9\r\n\r\nhello", "CONNECTION_RESET")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9, 9\r\n\r\n", "CONNECTION_RESET")]
    public async Task An_answer_that_breaks_the_protocol_has_its_code_and_leaves_a_post_unknown(
        string answer, string code)
    {
        await using var server = new RawServer(answer);
        using var harness = new HttpCallHarness { Effect = EffectClass.Once };

        var got = await harness.GetAsync(server.Url, "localhost");
        var posted = await harness.CallAsync($$"""{"url":"{{server.Url}}","method":"POST","body":"x"}""", "localhost");

        Assert.Equal((code, EffectState.None, 0), (got.Code.Value, got.Effect, got.SideEffects.Count));
        Assert.Equal((code, EffectState.Unknown, 1), (posted.Code.Value, posted.Effect, posted.SideEffects.Count));
    }

    [Fact]
    public async Task A_length_that_is_said_twice_is_a_length()
    {
        await using var server =
            new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello");
        using var harness = new HttpCallHarness();

        Assert.Equal("hello", (await harness.GetAsync(server.Url, "localhost")).Member("body").GetString());
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""", "RESPONSE_INVALID")]
    [InlineData("""{"a":""", "RESPONSE_INVALID")]
    [InlineData("""<html>""", "RESPONSE_INVALID")]
    [InlineData("""{"a":1} {"b":2}""", "RESPONSE_INVALID")]
    [InlineData(""" "\ud800" """, "RESPONSE_INVALID")]
    [InlineData("[1e999999]", "RESPONSE_TOO_LARGE")]
    [InlineData("deep", "RESPONSE_TOO_LARGE")]
    public async Task Json_that_is_none_is_shown_as_text_and_a_post_so_answered_has_happened(string body, string code)
    {
        if (body == "deep") body = new string('[', 10_000) + new string(']', 10_000);
        await using var server = new RawServer(
            $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        using var harness = new HttpCallHarness();

        var result = await harness.CallAsync($$"""{"url":"{{server.Url}}","method":"POST"}""", "localhost");

        Assert.Equal((code, EffectState.Happened), (result.Code.Value, result.Effect));
        Assert.Equal(body, result.Member("body").GetString());
        Assert.Single(result.SideEffects);
    }

    [Fact]
    public async Task A_failing_status_keeps_its_code_when_its_body_is_cut()
    {
        await using var server =
            new RawServer("HTTP/1.1 503 Busy\r\nRetry-After: 3\r\nContent-Length: 100\r\n\r\nshort");
        using var harness = new HttpCallHarness();

        var result = await harness.CallAsync($$"""{"url":"{{server.Url}}","method":"POST"}""", "localhost");

        Assert.Equal((ErrorCodes.Http503, EffectState.None), (result.Code, result.Effect));
        Assert.Equal(TimeSpan.FromSeconds(3), result.RetryAfter);
        Assert.Equal("null", result.Body());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_bomb_is_refused_by_its_ratio_long_before_it_is_unpacked(string coding)
    {
        var packed = new MemoryStream();
        await using (var packer = Packer(coding, packed))
            await packer.WriteAsync(new byte[9 << 20], TestContext.Current.CancellationToken);
        await using var server = await WebServer.StartAsync(async http =>
        {
            http.Response.Headers.ContentEncoding = coding;
            await http.Response.Body.WriteAsync(packed.ToArray());
        });
        using var harness = new HttpCallHarness();

        var result = await harness.GetAsync(server.Url, "localhost");

        Assert.Equal(ErrorCodes.ResponseTooLarge, result.Code);
        Assert.Contains("times its size", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("raw-deflate")]
    [InlineData("br")]
    public async Task A_truncated_packed_body_is_not_taken_for_a_whole_one(string coding)
    {
        var packed = new MemoryStream();
        await using (var packer = Packer(coding, packed))
            await packer.WriteAsync(RandomNumberGenerator.GetBytes(5_000), TestContext.Current.CancellationToken);
        var whole = packed.ToArray();
        var sent = whole.Length;
        await using var server = await WebServer.StartAsync(async http =>
        {
            http.Response.Headers.ContentEncoding = coding.Replace("raw-", "", StringComparison.Ordinal);
            await http.Response.Body.WriteAsync(whole.AsMemory(0, sent));
        });
        using var harness = new HttpCallHarness();

        Assert.True((await harness.GetAsync(server.Url, "localhost")).Succeeded);
        foreach (var length in new[] { 1, 2, 12, 3_000, whole.Length - 1 })
        {
            sent = length;
            Assert.Equal(ErrorCodes.ResponseInvalid, (await harness.GetAsync(server.Url, "localhost")).Code);
        }
    }

    [Fact]
    public async Task A_body_without_end_is_refused_at_the_limit()
    {
        await using var server = await WebServer.StartAsync(async http =>
        {
            var chunk = new byte[64 << 10];
            while (!http.RequestAborted.IsCancellationRequested)
                await http.Response.Body.WriteAsync(chunk, http.RequestAborted);
        });
        using var harness = new HttpCallHarness(new HttpLimits { BodyBytesMax = 1 << 20 });

        var result = await harness.GetAsync(server.Url, "localhost");

        Assert.Equal(ErrorCodes.ResponseTooLarge, result.Code);
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(1_001, false)]
    public async Task The_limit_of_a_body_is_exact(int bytes, bool good)
    {
        await using var server =
            await WebServer.StartAsync(async http => await http.Response.Body.WriteAsync(new byte[bytes]));
        using var harness = new HttpCallHarness(new HttpLimits { BodyBytesMax = 1_000 });

        Assert.Equal(good, (await harness.GetAsync(server.Url, "localhost")).Succeeded);
    }

    [Fact]
    public async Task Headers_over_the_limit_are_refused()
    {
        await using var server =
            new RawServer($"HTTP/1.1 200 OK\r\nX-Big: {new string('a', 40_000)}\r\nContent-Length: 0\r\n\r\n");
        using var harness = new HttpCallHarness();

        Assert.Equal(ErrorCodes.ResponseTooLarge, (await harness.GetAsync(server.Url, "localhost")).Code);
    }

    [Fact]
    public async Task A_slow_drip_ends_at_the_timeout_of_the_input()
    {
        var clock = new FakeTimeProvider();
        await using var server = new RawServer(async (stream, _, cancel) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na"u8.ToArray(), cancel);
            clock.Advance(TimeSpan.FromMilliseconds(500));
            await stream.WriteAsync("b"u8.ToArray(), cancel);
            clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(Timeout.Infinite, cancel);
            return false;
        });
        using var harness = new HttpCallHarness(clock: clock);

        var got = await harness.CallAsync($$"""{"url":"{{server.Url}}","timeout_ms":1000}""", "localhost");
        var posted =
            await harness.CallAsync($$"""{"url":"{{server.Url}}","method":"POST","timeout_ms":1000}""", "localhost");

        Assert.Equal((ErrorCodes.Timeout, EffectState.None), (got.Code, got.Effect));
        Assert.Equal((ErrorCodes.Timeout, EffectState.Unknown), (posted.Code, posted.Effect));
        Assert.Contains("1000 ms", got.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_drip_of_headers_ends_at_the_time_for_the_first_byte_and_at_the_timeout_of_the_input()
    {
        var clock = new FakeTimeProvider();
        await using var server = new RawServer(async (stream, _, cancel) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), cancel);
            while (!cancel.IsCancellationRequested)
            {
                await stream.WriteAsync("X: a\r\n"u8.ToArray(), cancel);
                clock.Advance(TimeSpan.FromMilliseconds(100));
            }
            return false;
        });
        using var harness = new HttpCallHarness(new HttpLimits { HeaderKiBMax = 1 << 10 }, clock);

        var first = await harness.CallAsync($$"""{"url":"{{server.Url}}","first_byte_timeout_ms":700}""", "localhost");
        var total = await harness.CallAsync($$"""{"url":"{{server.Url}}","timeout_ms":700}""", "localhost");

        Assert.Equal((ErrorCodes.FirstByteTimeout, ErrorCodes.Timeout), (first.Code, total.Code));
    }

    [Fact]
    public async Task A_call_that_is_stopped_says_what_became_of_its_request()
    {
        using var stop = new CancellationTokenSource();
        await using var server = new RawServer(async (_, _, cancel) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, cancel);
            return false;
        });
        using var harness = new HttpCallHarness();

        var posted = await harness.CallAsync(
            $$"""{"url":"{{server.Url}}","method":"POST","timeout_ms":600000}""", stop.Token, "localhost");
        var unsent = await harness.CallAsync($$"""{"url":"{{server.Url}}","method":"POST"}""", stop.Token, "localhost");

        Assert.Equal(
            (ErrorCodes.Cancelled, EffectState.Unknown, 1), (posted.Code, posted.Effect, posted.SideEffects.Count));
        Assert.Equal(
            (ErrorCodes.Cancelled, EffectState.None, 0), (unsent.Code, unsent.Effect, unsent.SideEffects.Count));
        Assert.Equal(1, server.Requests);
    }

    [Theory]
    [InlineData("POST", "\"body\"")]
    [InlineData("POST", "null")]
    [InlineData("PATCH", "null")]
    public async Task A_request_whose_kept_connection_dies_is_not_sent_again_behind_the_kernels_back(
        string method, string body)
    {
        await using var server = new RawServer(async (stream, request, cancel) =>
        {
            if (request > 1) return false;
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), cancel);
            return true;
        });
        using var harness = new HttpCallHarness();
        var call = $$"""{"url":"{{server.Url}}","method":"{{method}}","body":{{body}}}""";

        Assert.True((await harness.CallAsync(call, "localhost")).Succeeded);
        var second = await harness.CallAsync(call, "localhost");

        Assert.Equal((ErrorCodes.ConnectionReset, EffectState.Unknown), (second.Code, second.Effect));
        Assert.Equal(2, server.Requests);
    }

    [Fact]
    public async Task A_request_that_must_not_be_repeated_never_depends_on_a_kept_connection()
    {
        await using var server = new RawServer(async (stream, request, cancel) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), cancel);
            return false;
        });
        using var harness = new HttpCallHarness { Effect = EffectClass.Once };

        for (var i = 0; i < 20; i++)
        {
            var result =
                await harness.CallAsync($$"""{"url":"{{server.Url}}","method":"POST","body":"x"}""", "localhost");
            Assert.True(result.Succeeded, result.Message);
        }
        Assert.Equal(20, server.Requests);
    }

    [Fact]
    public async Task Where_nothing_listens_the_call_was_not_made()
    {
        using var harness = new HttpCallHarness();
        var server = new RawServer("");
        var url = server.Url;
        await server.DisposeAsync();

        var result = await harness.CallAsync($$"""{"url":"{{url}}","method":"POST"}""", "localhost");

        Assert.Equal((ErrorCodes.ConnectionRefused, EffectState.None), (result.Code, result.Effect));
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused()
    {
        using var certificate = SelfSigned("good.example");
        var reached = 0;
        await using var server = await WebServer.StartAsync(http =>
        {
            Interlocked.Increment(ref reached);
            return Task.CompletedTask;
        }, certificate);
        using var harness = new HttpCallHarness();
        harness.Resolver.Answer("good.example", ["127.0.0.1"]);

        var result = await harness.CallAsync(
            $$"""{"url":"https://good.example:{{server.Port}}/","method":"POST"}""", "localhost");

        Assert.Equal((ErrorCodes.TlsUntrusted, EffectState.None, 0), (result.Code, result.Effect, reached));
    }

    [Fact]
    public async Task The_certificate_is_checked_against_the_name_that_was_asked_and_not_the_address()
    {
        using var certificate = SelfSigned("good.example");
        var seen = "";
        await using var server = await WebServer.StartAsync(http =>
        {
            seen = $"{http.Request.Protocol} {http.Request.Host}";
            return Task.CompletedTask;
        }, certificate);
        using var harness = new HttpCallHarness(new HttpLimits { TrustedRoots = [certificate] });
        harness.Resolver.Answer("good.example", ["127.0.0.1"]);
        harness.Resolver.Answer("evil.example", ["127.0.0.1"]);

        var good = await harness.GetAsync($"https://good.example:{server.Port}/", "localhost");
        var evil = await harness.GetAsync($"https://evil.example:{server.Port}/", "localhost");
        var bare = await harness.GetAsync($"https://127.0.0.1:{server.Port}/", "localhost");

        Assert.True(good.Succeeded, $"{good.Message} {good.Cause}");
        Assert.Equal($"HTTP/2 good.example:{server.Port}", seen);
        Assert.Equal((ErrorCodes.TlsWrongHost, ErrorCodes.TlsWrongHost), (evil.Code, bare.Code));
    }

    [Fact]
    public async Task A_server_that_never_finishes_connecting_is_a_connect_timeout()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        using var harness = new HttpCallHarness(new HttpLimits { ConnectTimeout = TimeSpan.FromMilliseconds(50) });

        var result =
            await harness.CallAsync($$"""{"url":"https://127.0.0.1:{{port}}/","method":"POST"}""", "localhost");

        Assert.Equal((ErrorCodes.ConnectTimeout, EffectState.None), (result.Code, result.Effect));
    }

    private static Stream Packer(string coding, Stream target) => coding switch
    {
        "gzip" => new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true),
        "deflate" => new ZLibStream(target, CompressionLevel.Fastest, leaveOpen: true),
        "raw-deflate" => new DeflateStream(target, CompressionLevel.Fastest, leaveOpen: true),
        _ => new BrotliStream(target, CompressionLevel.Fastest, leaveOpen: true),
    };

    private static X509Certificate2 SelfSigned(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var made =
            request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
