using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests;

/// <summary>A call that needs a person waits for one, and for nobody else.</summary>
public sealed class ApprovalTests : EndToEndTest
{
    private string Guarded => $$"""
        { "steps": [ { "id": "send", "skill": "http_call@1",
            "input": { "url": "{{Server.Url("/send")}}", "method": "POST", "body": { "text": "hello\u202eworld" } },
            "approval": { "role": "operator", "reason": "money moves" } } ] }
        """;

    [Fact]
    public async Task A_run_that_needs_approval_waits_and_goes_on_when_it_is_given()
    {
        Server.On("/send", _ => new Reply(200));
        var waiting = (await Bench.RunPlanAsync(Guarded)).Exits(3);
        Assert.Equal("approval", waiting.Json.Text("waiting_for"));
        Assert.Equal(0, Server.Count("/send"));

        var open = (await Bench.AosAsync("approvals", "--json")).Exits(0).Json;
        Assert.Equal(1, open.GetArrayLength());
        Assert.Equal("operator", open.Text("0/role"));
        Assert.Equal(waiting.Json.Text("run_id"), open.Text("0/run_id"));

        var done = (await Bench.AosAsync("approve", open.Text("0/approval_id"), "--reason", "fine", "--json")).Exits(0);
        Assert.Equal("completed", done.Json.Text("status"));
        Assert.Equal(1, Server.Count("/send"));
        Assert.Equal("[]", (await Bench.AosAsync("approvals", "--json")).Exits(0).Out.Trim());
    }

    [Fact]
    public async Task A_rejected_call_is_never_made_and_its_run_is_denied()
    {
        await Bench.RunPlanAsync(Guarded);
        var id = await OpenAsync();
        var done = (await Bench.AosAsync("reject", id, "--reason", "no", "--json")).Exits(4);

        Assert.Equal("failed", done.Json.Text("status"));
        Assert.Equal("APPROVAL_REJECTED", done.Json.Text("code"));
        Assert.Equal(0, Server.Count("/send"));
    }

    [Fact]
    public async Task An_edited_input_is_the_one_that_is_sent()
    {
        Server.On("/send", _ => new Reply(200)).On("/other", _ => new Reply(200));
        await Bench.RunPlanAsync(Guarded);
        var edited = $$"""{"url":"{{Server.Url("/other")}}","method":"POST","body":{"text":"edited"} }""";
        (await Bench.AosAsync("approve", await OpenAsync(), "--input", edited, "--json")).Exits(0);

        Assert.Equal(0, Server.Count("/send"));
        Assert.Equal("""{"text":"edited"}""", Assert.Single(Server.Arrivals).Body);
    }

    [Fact]
    public async Task A_decision_works_once()
    {
        Server.On("/send", _ => new Reply(200));
        await Bench.RunPlanAsync(Guarded);
        var id = await OpenAsync();
        (await Bench.AosAsync("approve", id, "--json")).Exits(0);
        var again = (await Bench.AosAsync("approve", id, "--json")).Exits(1);

        Assert.Equal("APPROVAL_NOT_OPEN", again.Json.Text("code"));
        Assert.Equal(1, Server.Count("/send"));
    }

    [Fact]
    public async Task A_decision_without_resume_is_taken_up_by_resume()
    {
        Server.On("/send", _ => new Reply(200));
        var run = (await Bench.RunPlanAsync(Guarded)).Json.Text("run_id");
        (await Bench.AosAsync("approve", await OpenAsync(), "--no-resume", "--json")).Exits(0);
        Assert.Equal(0, Server.Count("/send"));

        var done = (await Bench.AosAsync("resume", run, "--json")).Exits(0);
        Assert.Equal("completed", done.Json.Text("status"));
        Assert.Equal(1, Server.Count("/send"));
    }

    [Fact]
    public async Task Who_comes_second_lets_the_run_take_the_first_decision()
    {
        await Bench.RunPlanAsync(Guarded);
        var id = await OpenAsync();
        (await Bench.AosAsync("reject", id, "--no-resume", "--json")).Exits(0);
        var told = (await Bench.AosAsync("approve", id, "--no-resume", "--json")).Exits(1);
        Assert.Equal("APPROVAL_NOT_OPEN", told.Json.Text("code"));
        Assert.Contains("resume run_", told.Json.Text("next_actions/suggested/0"), StringComparison.Ordinal);

        var second = (await Bench.AosAsync("approve", id, "--json")).Exits(1);
        Assert.Contains("is failed now", second.Json.Text("next_actions/suggested/0"), StringComparison.Ordinal);
        Assert.Equal(0, Server.Count("/send"));
    }

    [Fact]
    public async Task Of_two_people_who_must_approve_the_second_is_heard_although_the_run_had_yet_to_hear_the_first()
    {
        await Bench.RunPlanAsync(Guarded.Replace("\"money moves\"", "\"money moves\", \"quorum\": 2"));
        var id = await OpenAsync();
        (await Bench.AosAsync("approve", id, "--no-resume", "--json")).Exits(0);

        // The same person: what is refused is the second vote, not a vote for a request that was decided.
        var second = (await Bench.AosAsync("approve", id, "--json")).Exits(4);
        Assert.Equal("APPROVAL_FORBIDDEN", second.Json.Text("code"));
        Assert.Equal(
            1, (await Bench.AosAsync("approvals", "--json")).Exits(0).Json.At("0/approved_by").GetArrayLength());
    }

    [Fact]
    public async Task What_a_person_is_shown_reveals_characters_that_hide_or_reorder()
    {
        await Bench.RunPlanAsync(Guarded);
        var shown = (await Bench.AosAsync("approvals")).Exits(0);

        Assert.Contains("hello\\u202eworld", shown.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', shown.Out);
        Assert.Contains("money moves", shown.Out, StringComparison.Ordinal);
        Assert.Contains("sha256:", shown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_request_is_shown_so_and_its_run_goes_on_without_it()
    {
        var run =
            (await Bench.RunPlanAsync(
                Guarded.Replace("\"money moves\"", "\"money moves\", \"expires_in_ms\": 1"))).Json.Text("run_id");
        var id = (await Bench.AosAsync("approvals", "--all", "--json")).Exits(0).Json.Text("0/approval_id");
        Assert.Equal("expired", (await Bench.AosAsync("approvals", "--all", "--json")).Exits(0).Json.Text("0/status"));

        (await Bench.AosAsync("approve", id)).Exits(4);
        var report = (await Bench.AosAsync("runs", "--json")).Exits(0).Json;
        Assert.Equal(
            (run, "failed", "APPROVAL_EXPIRED"),
            (report.Text("0/run_id"), report.Text("0/status"), report.Text("0/code")));
        Assert.Equal(0, Server.Count("/send"));
    }

    [Fact]
    public async Task An_unknown_request_is_wrong_usage()
    {
        var result = (await Bench.AosAsync("approve", "apr_0123456789abcdef", "--json")).Exits(2);
        Assert.Equal("UNKNOWN_APPROVAL", result.Json.Text("code"));
    }

    private async Task<string> OpenAsync() =>
        (await Bench.AosAsync("approvals", "--json")).Exits(0).Json.Text("0/approval_id");
}
