using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests;

/// <summary>Processes that die, are interrupted or cancelled: nothing is lost and nothing is done twice.</summary>
public sealed class RecoveryTests : EndToEndTest
{
    [Fact]
    public async Task A_run_whose_process_is_killed_is_completed_by_resume_without_repeating_what_was_done()
    {
        var gate = new TaskCompletionSource();
        Server.On("/pay", _ => new Reply(200)).Hold("/read", gate.Task).On("/last", _ => new Reply(200));
        var process =
            Bench.StartPlan(Plan(Call("pay", "/pay", "POST"), Call("read", "/read", more: "\"depends_on\": [\"pay\"]"),
            Call("last", "/last", "POST", "\"depends_on\": [\"read\"]")));
        await process.CausesAsync(Server.ArrivedAsync("/read"));
        process.Crash();
        await process.EndAsync();
        gate.SetResult();

        var run = (await Bench.AosAsync("runs", "--json")).Exits(0).Json.Text("0/run_id");
        var done = (await Bench.AosAsync("resume", run, "--json")).Exits(0);

        Assert.Equal("completed", done.Json.Text("status"));
        Assert.Equal((1, 2, 1), (Server.Count("/pay"), Server.Count("/read"), Server.Count("/last")));
        Assert.True((await Bench.AosAsync("replay", run, "--json")).Exits(0).Json.At("parity").GetBoolean());
    }

    [Fact]
    public async Task A_post_that_was_in_flight_when_its_process_was_killed_is_not_repeated()
    {
        Server.Hold("/pay", new TaskCompletionSource().Task, requests: 5);
        var process = Bench.StartPlan(Plan(Call("pay", "/pay", "POST")));
        await process.CausesAsync(Server.ArrivedAsync("/pay"));
        process.Crash();
        await process.EndAsync();

        var waiting = (await Bench.AosAsync("resume", "--json")).Exits(3);
        Assert.Equal("unknown_outcome", waiting.Json.Text("0/waiting_for"));
        Assert.Equal(1, Server.Count("/pay"));

        var run = waiting.Json.Text("0/run_id");
        (await Bench.AosAsync("settle", run, "pay", "--happened", "yes", "--json")).Exits(0);
        Assert.Equal(1, Server.Count("/pay"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ctrl_C_starts_nothing_new_waits_for_what_is_in_flight_and_says_how_to_go_on(bool terminate)
    {
        var gate = new TaskCompletionSource();
        Server.Hold("/pay", gate.Task).On("/last", _ => new Reply(200));
        var process = Bench.StartPlan(
            Plan(Call("pay", "/pay", "POST"), Call("last", "/last", more: "\"depends_on\": [\"pay\"]")));
        await process.CausesAsync(Server.ArrivedAsync("/pay"));
        if (terminate) process.Terminate();
        else process.Interrupt();
        await process.SaysAsync("waiting up to 25 s for 1 call in flight");
        gate.SetResult();
        var interrupted = (await process.EndAsync()).Exits(130);

        var run = interrupted.Json.Text("run_id");
        Assert.Equal("success", interrupted.Json.Step("pay").Text("status"));
        Assert.Contains($"aos resume {run}", interrupted.Error, StringComparison.Ordinal);
        Assert.Equal(0, Server.Count("/last"));
        Assert.Equal("completed", (await Bench.AosAsync("resume", run, "--json")).Exits(0).Json.Text("status"));
        Assert.Equal((1, 1), (Server.Count("/pay"), Server.Count("/last")));
    }

    [Fact]
    public async Task A_second_Ctrl_C_leaves_at_once()
    {
        Server.Hold("/read", new TaskCompletionSource().Task);
        var process = Bench.StartPlan(Plan(Call("read", "/read")));
        await process.CausesAsync(Server.ArrivedAsync("/read"));
        process.Interrupt();
        await process.SaysAsync("interrupt again to leave at once");
        process.Interrupt();
        Assert.Equal(130, (await process.EndAsync()).ExitCode);

        var run = (await Bench.AosAsync("runs", "--json")).Exits(0).Json.Text("0/run_id");
        Assert.Equal("completed", (await Bench.AosAsync("resume", run, "--json")).Exits(0).Json.Text("status"));
        Assert.Equal(2, Server.Count("/read"));
    }

    [Fact]
    public async Task The_same_key_waits_for_the_process_that_works_on_the_run()
    {
        var gate = new TaskCompletionSource();
        Server.Hold("/read", gate.Task);
        var plan = Plan(Call("read", "/read"));
        var first = Bench.StartPlan(plan, "--idempotency-key", "k");
        await first.CausesAsync(Server.ArrivedAsync("/read"));
        var second = Bench.StartPlan(plan, "--idempotency-key", "k");
        var third = Bench.StartPlan(plan, "--idempotency-key", "k");
        await third.SaysAsync("read: attempt 1"); // It shows the progress of the other process.
        third.Interrupt();
        var left = (await third.EndAsync()).Exits(130);
        Assert.Contains("goes on with it", left.Error, StringComparison.Ordinal);
        await second.SaysAsync("read: attempt 1");
        gate.SetResult();

        var done = (await first.EndAsync()).Exits(0).Json;
        var same = (await second.EndAsync()).Exits(0).Json;
        Assert.Equal((done.Text("run_id"), "completed"), (same.Text("run_id"), same.Text("status")));
        Assert.Equal(1, Server.Count("/read"));
    }

    [Fact]
    public async Task A_live_run_is_stopped_by_cancel_from_another_process()
    {
        Server.Hold("/read", new TaskCompletionSource().Task, requests: 10).On("/after", _ => new Reply(200));
        var process =
            Bench.StartPlan(Plan(Call("read", "/read"), Call("after", "/after", more: "\"depends_on\": [\"read\"]")));
        await process.CausesAsync(Server.ArrivedAsync("/read"));
        var run = (await Bench.AosAsync("runs", "--json")).Exits(0).Json.Text("0/run_id");
        (await Bench.AosAsync("cancel", run, "--reason", "no longer wanted")).Exits(0);

        var ended = (await process.EndAsync()).Exits(1);
        Assert.Equal("cancelled", ended.Json.Text("status"));
        Assert.Equal(0, Server.Count("/after"));
        var asked = (await Bench.TraceAsync(run)).OfType("cancel_requested").Single();
        Assert.Equal("no longer wanted", asked.Text("data/reason"));
    }

    [Fact]
    public async Task A_waiting_run_without_a_process_can_be_cancelled()
    {
        var waiting = await Bench.RunPlanAsync(Plan(Call("send", "/send", "POST", "\"approval\": {}")));
        var run = waiting.Exits(3).Json.Text("run_id");
        var cancelled = (await Bench.AosAsync("cancel", run, "--json")).Exits(0);

        Assert.Equal("cancelled", cancelled.Json.Text("status"));
        Assert.Equal("[]", (await Bench.AosAsync("approvals", "--json")).Exits(0).Out.Trim());
    }

    [Fact]
    public async Task A_run_of_another_process_is_not_taken_away_by_resume()
    {
        var gate = new TaskCompletionSource();
        Server.Hold("/read", gate.Task);
        var process = Bench.StartPlan(Plan(Call("read", "/read")));
        await process.CausesAsync(Server.ArrivedAsync("/read"));
        var run = (await Bench.AosAsync("runs", "--json")).Exits(0).Json.Text("0/run_id");
        var refused = (await Bench.AosAsync("resume", run, "--json")).Exits(1);
        Assert.Equal("RUN_OWNED", refused.Json.Text("code"));
        Assert.Equal("[]", (await Bench.AosAsync("resume", "--json")).Exits(0).Out.Trim());
        gate.SetResult();

        (await process.EndAsync()).Exits(0);
        Assert.Equal(1, Server.Count("/read"));
    }

    [Fact]
    public async Task Trace_follows_a_live_run_of_another_process_to_its_end()
    {
        var gate = new TaskCompletionSource();
        Server.Hold("/read", gate.Task);
        var process = Bench.StartPlan(Plan(Call("read", "/read")));
        await process.CausesAsync(Server.ArrivedAsync("/read"));
        var run = (await Bench.AosAsync("runs", "--json")).Exits(0).Json.Text("0/run_id");
        var trace = Bench.Start("trace", run, "--follow", "--json");
        gate.SetResult();

        (await process.EndAsync()).Exits(0);
        Assert.Equal("run_ended", (await trace.EndAsync()).Exits(0).JsonLines[^1].Text("type"));
    }
}
