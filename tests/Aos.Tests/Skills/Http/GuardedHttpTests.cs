using System.Net;
using Aos.Skills.Standard.Http;
using Microsoft.AspNetCore.Http;

namespace Aos.Tests.Skills.Http;

/// <summary>The way to the network for other skills.</summary>
public sealed class GuardedHttpTests
{
    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://[::ffff:7f00:1]:{0}/")]
    [InlineData("http://rebound.example:{0}/")]
    public async Task What_the_profile_does_not_allow_is_not_dialled(string url)
    {
        var reached = 0;
        await using var server = await WebServer.StartAsync(_ =>
        {
            Interlocked.Increment(ref reached);
            return Task.CompletedTask;
        });
        var resolver = new ScriptedResolver();
        resolver.Answer("rebound.example", ["127.0.0.1"]);
        using var guarded = new GuardedHttp(resolver, new HttpLimits());
        using var client = new HttpClient(guarded.HandlerFor(["*"]));

        var denied = await Assert.ThrowsAsync<EgressDeniedException>(() =>
            client.GetAsync(new Uri(string.Format(null, url, server.Port)), TestContext.Current.CancellationToken));

        Assert.Equal("EGRESS_DENIED", GuardedHttp.Describe(denied, new Uri("http://x.example/")).Code.Value);
        Assert.True(GuardedHttp.IsBeforeSending(denied));
        Assert.Equal(0, reached);
    }

    [Fact]
    public async Task What_is_allowed_is_asked_by_its_name_and_redirects_are_the_callers_business()
    {
        string? asked = null;
        await using var server = await WebServer.StartAsync(http =>
        {
            asked = http.Request.Host.Value;
            http.Response.Redirect("http://169.254.169.254/");
            return Task.CompletedTask;
        });
        var resolver = new ScriptedResolver();
        resolver.Answer("api.example", ["127.0.0.1"], ["8.8.8.8"]);
        using var guarded = new GuardedHttp(resolver, new HttpLimits());
        using var client = new HttpClient(guarded.HandlerFor(["127.0.0.1"]));

        using var response =
            await client.GetAsync(new Uri($"http://api.example:{server.Port}/"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal($"api.example:{server.Port}", asked);
        Assert.Equal($"http://api.example:{server.Port}/", response.RequestMessage!.RequestUri!.ToString());
        Assert.Equal(["api.example"], resolver.Asked);
    }

    [Fact]
    public async Task A_body_over_the_limit_ends_the_reading()
    {
        await using var server = await WebServer.StartAsync(http => http.Response.WriteAsync(new string('x', 5_000)));
        using var guarded = new GuardedHttp();
        using var client = new HttpClient(guarded.HandlerFor(["localhost"], responseBytesMax: 4_999));
        using var enough = new HttpClient(guarded.HandlerFor(["localhost"], responseBytesMax: 5_000));

        var failure = await Assert.ThrowsAsync<HttpRequestException>(
            () => client.GetStringAsync(new Uri(server.Url), TestContext.Current.CancellationToken));

        Assert.Contains("4999", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            5_000, (await enough.GetStringAsync(new Uri(server.Url), TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task A_name_without_address_and_a_closed_port_have_their_codes()
    {
        var closed = new RawServer("");
        var url = new Uri(closed.Url);
        await closed.DisposeAsync();
        using var guarded = new GuardedHttp(new ScriptedResolver(), new HttpLimits());
        using var client = new HttpClient(guarded.HandlerFor(["*", "localhost"]));

        var gone = await Assert.ThrowsAsync<HttpRequestException>(
            () => client.GetAsync(new Uri("http://gone.example/"), TestContext.Current.CancellationToken));
        var refused = await Assert.ThrowsAsync<HttpRequestException>(
            () => client.GetAsync(url, TestContext.Current.CancellationToken));

        Assert.Equal("DNS_FAILED", GuardedHttp.Describe(gone, new Uri("http://gone.example/")).Code.Value);
        Assert.Equal("CONNECTION_REFUSED", GuardedHttp.Describe(refused, url).Code.Value);
    }
}
