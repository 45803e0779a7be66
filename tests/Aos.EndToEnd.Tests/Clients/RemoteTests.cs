using System.Net;
using System.Net.Sockets;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Clients;

/// <summary>Which server a command works on, with which key, and what it says where that does not work.</summary>
public sealed class RemoteTests : EndToEndTest
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_on_a_server_is_shown_as_it_goes_and_goes_on_there_where_the_command_is_interrupted()
    {
        using var served = await ServedBench.StartAsync(Cancel);
        var gate = new TaskCompletionSource();
        Server.Hold("/slow", gate.Task);
        var watching = served.Bench.StartPlan(
            Plan(Call("slow", "/slow"), Call("next", "/next", more: "\"depends_on\": [\"slow\"]")));
        await watching.SaysAsync("attempt 1");
        watching.Interrupt();
        await watching.SaysAsync("goes on with it");
        var interrupted = (await watching.EndAsync()).Exits(130);

        var run = interrupted.Json.Text("run_id");
        Assert.Equal("running", interrupted.Json.Text("status"));
        var resumed = served.Bench.Start("resume", run, "--json");
        gate.SetResult();

        Assert.Equal(run, (await resumed.EndAsync()).Exits(1).Json.Text("run_id"));
        Assert.Equal((1, 1), (Server.Count("/slow"), Server.Count("/next")));
    }

    [Fact]
    public async Task A_profile_that_the_server_keeps_is_named_and_a_command_that_is_suggested_names_the_server_again()
    {
        using var served = await ServedBench.StartAsync(Cancel);
        served.Bench.Set("AOS_SERVER", null);
        string[] to = ["--server", served.Address];
        var plan = served.Bench.Write("plan.json", Plan("""{ "id": "hear", "wait": { "signal": "go" } }"""));

        var unknown =
            (await served.Bench.AosAsync(["run", "--plan", plan, "--agent", "clerk", "--json", .. to])).Exits(2);
        Assert.Equal("UNKNOWN_AGENT", unknown.Json.Text("code"));
        var waiting = (await served.Bench.AosAsync(["run", "--plan", plan, .. to])).Exits(3);
        Assert.Contains($"--server {served.Address} signal ", waiting.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_the_server_or_the_key_is_said_and_the_key_never_shown()
    {
        Bench.Set("AOS_API_KEY", "aos_000000000000_wrong");
        Server.On("/v1/runs", _ => new Reply(200, "[]"));

        await RefusesAsync(1, "SERVER_UNREACHABLE", "runs", "--server", $"http://127.0.0.1:{FreePort()}");
        await RefusesAsync(2, "SERVER_UNKNOWN", "runs", "--server", Server.Url(""));
        await RefusesAsync(2, "INVALID_ARGUMENT", "runs", "--server", "127.0.0.1:7400");
        await RefusesAsync(
            2, "INVALID_ARGUMENT", "runs", "--server", "http://user:aos_000000000000_wrong@127.0.0.1:7400");
        await RefusesAsync(2, "INVALID_ARGUMENT", "runs", "--server", Server.Url(""), "--data", Bench.Data);
        await RefusesAsync(
            2, "INVALID_ARGUMENT", "runs", "--server", Server.Url(""), "--key-file",
            Path.Combine(Bench.Folder, "none"));
        await RefusesAsync(
            2, "INVALID_ARGUMENT", "runs", "--server", Server.Url(""), "--key-file",
            Bench.Write("two.key", "one\ntwo"));
        await RefusesAsync(2, "INVALID_ARGUMENT", "runs", "--key-file", Bench.Profile);
        await RefusesAsync(2, "INVALID_ARGUMENT", "webhooks", "list", "--tenant", "local", "--server", Server.Url(""));
        Bench.Set("AOS_API_KEY", null);
        await RefusesAsync(4, "UNAUTHENTICATED", "runs", "--server", Server.Url(""));
        Bench.Set("AOS_API_KEY_FILE", Bench.Write("a.key", "aos_000000000000_other\n"));
        using var served = await ServedBench.StartAsync(Cancel);
        await RefusesAsync(4, "UNAUTHENTICATED", "runs", "--server", served.Address);
        await RefusesAsync(4, "UNAUTHENTICATED", "trace", "run_00000000", "--follow", "--server", served.Address);
    }

    [Theory]
    [InlineData("backup", "x.aosbackup")]
    [InlineData("prune", "--older-than", "30d")]
    [InlineData("doctor")]
    [InlineData("keys", "list")]
    [InlineData("models")]
    [InlineData("skills", "imports")]
    [InlineData("secrets")]
    public async Task A_command_of_this_machine_refuses_a_server_and_says_what_to_do(params string[] command)
    {
        Bench.Set("AOS_API_KEY", "key");
        var named = (await Bench.AosAsync([.. command, "--server", "http://127.0.0.1:1"])).Exits(2);
        Assert.Contains($"`aos {command[0]}", named.Error, StringComparison.Ordinal);
        Assert.Contains("run it where", named.Error, StringComparison.Ordinal);

        Bench.Set("AOS_SERVER", "http://127.0.0.1:1");
        var surrounded = (await Bench.AosAsync(command)).Exits(2);
        Assert.Contains("unset AOS_SERVER", surrounded.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "AOS_SERVER", (await Bench.AosAsync([.. command, "--data", Bench.Data])).Error, StringComparison.Ordinal);
        (await Bench.AosAsync("version")).Exits(0);
    }

    [Fact]
    public async Task The_tour_brings_all_it_needs_and_says_why_it_is_not_taken_on_a_server()
    {
        var refused = (await Bench.AosAsync("demo", "btc", "--server", "http://127.0.0.1:1")).Exits(2);
        Assert.Contains("endpoints on this machine", refused.Error, StringComparison.Ordinal);
        Assert.Contains("aos run", refused.Error, StringComparison.Ordinal);
        Assert.Contains(
            "leave --server out", (await Bench.AosAsync("version", "--server", "http://127.0.0.1:1")).Exits(2).Error,
            StringComparison.Ordinal);
    }

    private async Task RefusesAsync(int exit, string code, params string[] command)
    {
        var result = (await Bench.AosAsync([.. command, "--json"])).Exits(exit);
        Assert.Equal((code, "failure"), (result.Json.Text("code"), result.Json.Text("status")));
        Assert.DoesNotContain("aos_000000000000", result.Out + result.Error, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
