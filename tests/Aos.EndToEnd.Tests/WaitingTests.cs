using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests;

/// <summary>Runs that wait for a moment or a signal, and what can be done with a run afterwards.</summary>
public sealed class WaitingTests : EndToEndTest
{
    private string PaidThenSent => $$"""
        { "steps": [ { "id": "paid", "wait": { "signal": "payment" } },
                     { "id": "send", "skill": "http_call@1", "depends_on": ["paid"],
                       "input": { "url": "{{Server.Url("/send")}}", "method": "POST", "body": { "n": "${steps.paid.result.n}" } } } ],
          "output": "steps.send.result.status" }
        """;

    [Fact]
    public async Task A_run_waits_for_its_signal_and_goes_on_when_it_comes()
    {
        Server.On("/send", _ => new Reply(200));
        var waiting = (await Bench.RunPlanAsync(PaidThenSent)).Exits(3).Json;
        Assert.Equal("signal", waiting.Text("waiting_for"));
        Assert.Equal("payment", waiting.Text("steps/0/wait/signal"));
        var run = waiting.Text("run_id");

        Assert.Equal(
            "UNKNOWN_SIGNAL", (await Bench.AosAsync("signal", run, "payed", "--json")).Exits(2).Json.Text("code"));
        Assert.Equal(
            "UNKNOWN_RUN",
            (await Bench.AosAsync("signal", "run_00000000", "payment", "--json")).Exits(2).Json.Text("code"));
        // The folder of the store stands before the command, where its own --data is something else.
        var done =
            (await Bench.AosAsync(
                "--data", Bench.Data, "signal", run, "payment", "--data", """{"n":5}""", "--json")).Exits(0).Json;

        Assert.Equal("completed", done.Text("status"));
        Assert.Equal("""{"n":5}""", Assert.Single(Server.Arrivals).Body);
        Assert.Contains(
            "has ended", (await Bench.AosAsync("signal", run, "payment", "--json")).Exits(2).Json.Text("message"),
            StringComparison.Ordinal);
        (await Bench.AosAsync("replay", run)).Exits(0);
        Assert.Contains(
            "waiting as planned", (await Bench.AosAsync("trace", run)).Exits(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_sleeps_is_followed_to_its_end()
    {
        var done =
            (await Bench.RunPlanAsync(
                """{ "steps": [ { "id": "nap", "wait": { "for_ms": 300 } } ], "output": "steps.nap.result" }""")).Exits(
                    0).Json;

        Assert.Equal("completed", done.Text("status"));
        Assert.EndsWith("Z", done.Text("output"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_can_be_left_for_whoever_resumes_the_run()
    {
        Server.On("/send", _ => new Reply(200));
        var run = (await Bench.RunPlanAsync(PaidThenSent)).Exits(3).Json.Text("run_id");

        (await Bench.AosAsync("signal", run, "payment", "--data", """{"n":1}""", "--no-resume", "--json")).Exits(0);
        Assert.Equal(0, Server.Count("/send"));
        var resumed = (await Bench.AosAsync("resume", "--json")).Exits(0).Json;

        Assert.Equal("completed", resumed.Text("0/status"));
        Assert.Equal("[]", (await Bench.AosAsync("resume", "--json")).Exits(0).Out.Trim());
    }

    [Fact]
    public async Task A_run_is_forked_with_another_input_and_repeats_nothing_before()
    {
        Server.On("/first", _ => new Reply(200)).On("/second", _ => new Reply(404)).On("/third", _ => new Reply(200));
        var plan = $$"""
            { "steps": [ { "id": "first", "skill": "http_call@1", "input": { "url": "{{Server.Url("/first")}}", "method": "POST", "body": {} } },
                         { "id": "second", "skill": "http_call@1", "depends_on": ["first"],
                           "input": { "url": "{{Server.Url("/second")}}", "method": "POST", "body": {} } } ] }
            """;
        var failed = (await Bench.RunPlanAsync(plan)).Exits(1).Json.Text("run_id");

        var fork =
            (await Bench.AosAsync(
                "fork", failed, "--from", "second", "--set", $"steps.second.input.url=\"{Server.Url("/third")}\"",
            "--reason", "the address was wrong", "--json")).Exits(0).Json;

        Assert.Equal((failed, "completed"), (fork.Text("forked_from/run_id"), fork.Text("status")));
        Assert.Equal((1, 1, 1), (Server.Count("/first"), Server.Count("/second"), Server.Count("/third")));
        (await Bench.AosAsync("replay", fork.Text("run_id"))).Exits(0);
        Assert.Contains(
            "the address was wrong", (await Bench.AosAsync("trace", fork.Text("run_id"), "--events")).Exits(0).Out,
            StringComparison.Ordinal);
        (await Bench.AosAsync("fork", failed, "--from", "nobody", "--json")).Exits(2);
        (await Bench.AosAsync("fork", failed, "--from", "1", "--set", "input", "--json")).Exits(2);
        var nowhere = (await Bench.AosAsync("fork", failed, "--from", "1", "--set", "input.no.where=1")).Exits(2).Error;
        Assert.Equal(
            nowhere.IndexOf("no place", StringComparison.Ordinal),
            nowhere.LastIndexOf("no place", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_is_repeated_and_foreseen_with_both_sides_shown()
    {
        var answers = 0;
        Server.On("/get", _ => new Reply(Interlocked.Increment(ref answers) == 1 ? 200 : 404));
        var plan = $$"""{ "steps": [ { "id": "get", "skill": "http_call@1", "input": { "url": "{{Server.Url("/get")}}", "method": "GET" } } ] }""";
        var run = (await Bench.RunPlanAsync(plan)).Exits(0).Json.Text("run_id");

        var dry = (await Bench.AosAsync("replay", run, "--mode", "dry", "--json")).Exits(0).Json;
        Assert.Equal("dry", dry.Text("mode"));
        Assert.Equal(1, Server.Count("/get"));
        var live = (await Bench.AosAsync("replay", run, "--mode", "live")).Exits(1);
        Assert.Contains("REPEATED", live.Out, StringComparison.Ordinal);
        Assert.Contains("HTTP_404", live.Out, StringComparison.Ordinal);
        Assert.Equal(2, Server.Count("/get"));
        (await Bench.AosAsync("replay", run, "--mode", "guess", "--json")).Exits(2);
    }
}
