using Aos.Contracts.Failures;
using Aos.Contracts.Runs;

namespace Aos.Tests.Skills.Http;

public sealed class HttpCallEgressTests
{
    public static TheoryData<string> WaysToWriteThisMachine =>
    [
        "127.0.0.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "017700000001", "127.1",
        "127.0.1", "127.0.0.1.",
        "127.000.000.001", "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1", "0.0.0.0", "0", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]",
        "[::ffff:7f00:1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]", "localhost", "LOCALHOST", "localhost.", "sub.localhost",
    ];

    [Theory]
    [MemberData(nameof(WaysToWriteThisMachine))]
    public async Task This_machine_is_not_reached_under_any_spelling(string host)
    {
        var reached = 0;
        await using var server = await WebServer.StartAsync(http =>
        {
            Interlocked.Increment(ref reached);
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness();
        // What the look-up of the system would say of names: every one is this machine.
        foreach (var name in
                new[] { "localhost", "sub.localhost", "127.0.0.1.", "xn--orhcp.xn--mvh.xn--mvh.xn--orh",
                    "xn--127-lr63dq4c.0.0.1" })
            harness.Resolver.Answer(name, ["127.0.0.1"]);

        var result =
            await harness.GetAsync($"http://{host}:{server.Port}/", "*", "*.localhost", "sub.localhost", "8.8.8.8");

        Assert.True(result.Code == ErrorCodes.EgressDenied || (result.Code == ErrorCodes.DnsFailed && reached == 0),
            $"{result.Code} {result.Message}");
        Assert.Equal(EffectState.None, result.Effect);
        Assert.Equal(0, reached);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("127.1")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("localhost")]
    [InlineData("anything.example")]
    public async Task Where_loopback_is_allowed_every_spelling_of_it_is(string host)
    {
        string? asked = null;
        await using var server = await WebServer.StartAsync(http =>
        {
            asked = http.Request.Host.Value;
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness();
        harness.Resolver.Answer("localhost", ["127.0.0.1"]);
        harness.Resolver.Answer("anything.example", ["127.0.0.1"]);

        var result = await harness.GetAsync($"http://{host}:{server.Port}/", "localhost");

        Assert.True(result.Succeeded, result.Message);
        Assert.EndsWith($":{server.Port}", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_host_is_asked_by_its_name_at_the_address_that_was_judged()
    {
        string? asked = null;
        await using var server = await WebServer.StartAsync(http =>
        {
            asked = http.Request.Host.Value;
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness();
        harness.Resolver.Answer("api.example", ["127.0.0.1"]);

        await harness.GetAsync($"http://API.example.:{server.Port}/", "127.0.0.0/8");

        Assert.Equal($"api.example:{server.Port}", asked);
    }

    [Fact]
    public async Task A_name_that_rebinds_is_judged_at_every_call_and_never_asked_twice_for_one()
    {
        var reached = 0;
        await using var server = await WebServer.StartAsync(http =>
        {
            Interlocked.Increment(ref reached);
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness();
        // A second look-up within one call would get the address of this machine, and dial it.
        harness.Resolver.Answer("rebind.example", ["127.0.0.2"], ["127.0.0.1"]);

        var first = await harness.GetAsync($"http://rebind.example:{server.Port}/", "127.0.0.2");
        var second = await harness.GetAsync($"http://rebind.example:{server.Port}/", "127.0.0.2");

        Assert.Equal(ErrorCodes.ConnectionRefused, first.Code);
        Assert.Equal(ErrorCodes.EgressDenied, second.Code);
        Assert.Equal(["rebind.example", "rebind.example"], harness.Resolver.Asked);
        Assert.Equal(0, reached);
    }

    [Fact]
    public async Task One_address_that_is_not_allowed_refuses_the_name()
    {
        var reached = 0;
        await using var server = await WebServer.StartAsync(http =>
        {
            Interlocked.Increment(ref reached);
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness();
        harness.Resolver.Answer("mixed.example", ["127.0.0.1", "10.0.0.1"]);

        var result = await harness.GetAsync($"http://mixed.example:{server.Port}/", "localhost", "mixed.example");

        Assert.Equal(ErrorCodes.EgressDenied, result.Code);
        Assert.Contains("10.0.0.1 is private", result.Message, StringComparison.Ordinal);
        Assert.Equal(0, reached);
    }

    [Fact]
    public async Task A_kept_connection_serves_no_call_whose_policy_does_not_allow_it()
    {
        var reached = 0;
        await using var server = await WebServer.StartAsync(http =>
        {
            Interlocked.Increment(ref reached);
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness();
        harness.Resolver.Answer("api.example", ["127.0.0.1"]);
        var url = $"http://api.example:{server.Port}/";

        Assert.True((await harness.GetAsync(url, "127.0.0.1")).Succeeded);
        Assert.Equal(ErrorCodes.EgressDenied, (await harness.GetAsync(url, "api.example", "*")).Code);
        Assert.Equal(ErrorCodes.EgressDenied, (await harness.GetAsync(url)).Code);
        Assert.Equal(1, reached);
    }

    [Fact]
    public async Task A_host_with_a_dead_address_is_reached_at_the_next_one()
    {
        await using var server = await WebServer.StartAsync(_ => Task.CompletedTask);
        using var harness = new HttpCallHarness();
        harness.Resolver.Answer("two.example", ["127.0.0.2", "127.0.0.1"]);

        var result = await harness.GetAsync($"http://two.example:{server.Port}/", "localhost");

        Assert.True(result.Succeeded, result.Message);
    }

    [Fact]
    public async Task A_name_that_no_entry_could_allow_is_not_even_looked_up()
    {
        using var harness = new HttpCallHarness();

        var result = await harness.GetAsync("http://leaked-secret.evil.example/", "api.example", "*.good.example");

        Assert.Equal(ErrorCodes.EgressDenied, result.Code);
        Assert.Empty(harness.Resolver.Asked);
    }

    [Fact]
    public async Task A_name_without_address_fails_by_its_code()
    {
        using var harness = new HttpCallHarness();

        var result = await harness.CallAsync("""{"url":"http://nowhere.example/","method":"POST"}""", "*");

        Assert.Equal(
            (ErrorCodes.DnsFailed, EffectState.None, 0), (result.Code, result.Effect, result.SideEffects.Count));
    }

    [Fact]
    public async Task An_entry_that_cannot_be_read_allows_nothing_and_is_named()
    {
        using var harness = new HttpCallHarness();

        var result = await harness.GetAsync("http://127.0.0.1:1/", "localhost", "http://oops/");

        Assert.Equal(ErrorCodes.EgressDenied, result.Code);
        Assert.Contains("http://oops/", result.Message, StringComparison.Ordinal);
    }
}
