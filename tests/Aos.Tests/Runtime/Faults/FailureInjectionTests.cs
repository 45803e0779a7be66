using Aos.Contracts.Agents;
using Aos.Contracts.Runs;

namespace Aos.Tests.Runtime.Faults;

/// <summary>Each way in which a call over the network goes wrong is recovered exactly as the failure catalog
/// says.</summary>
public sealed class FailureInjectionTests
{
    // What goes wrong; the code; the attempts that the catalog gives; whether the request may have been carried out.
    private static readonly (string Name, Fault Fault, string Code, int Attempts, bool MayHaveHappened)[] Kinds =
    [
        ("no such name", Fault.NoSuchName, "DNS_FAILED", 3, false),
        ("look-up hangs", Fault.LookupHangs, "CONNECT_TIMEOUT", 4, false),
        ("nothing listens", Fault.Refused, "CONNECTION_REFUSED", 4, false),
        ("silence", Fault.Hangs(30), "FIRST_BYTE_TIMEOUT", 4, true),
        ("time-out", Fault.Hangs(20), "TIMEOUT", 4, true),
        ("cut", Fault.Cut, "CONNECTION_RESET", 4, true),
        ("cut in the body", Fault.CutInBody, "CONNECTION_RESET", 4, true),
        ("no HTTP", Fault.Garbage, "RESPONSE_INVALID", 1, true),
        ("400", Fault.Status(400), "HTTP_400", 1, false),
        ("401", Fault.Status(401), "HTTP_401", 1, false),
        ("403", Fault.Status(403), "HTTP_403", 1, false),
        ("404", Fault.Status(404), "HTTP_404", 1, false),
        ("408", Fault.Status(408), "HTTP_408", 4, false),
        ("409", Fault.Status(409), "HTTP_409", 1, false),
        ("410", Fault.Status(410), "HTTP_410", 1, false),
        ("418", Fault.Status(418), "HTTP_4XX", 1, false),
        ("422", Fault.Status(422), "HTTP_422", 1, false),
        ("429", Fault.Status(429), "RATE_LIMITED", 4, false),
        ("500", Fault.Status(500), "HTTP_500", 4, true),
        ("502", Fault.Status(502), "HTTP_502", 4, true),
        ("503", Fault.Status(503), "HTTP_503", 4, false),
        ("504", Fault.Status(504), "HTTP_504", 4, true),
        ("599", Fault.Status(599), "HTTP_5XX", 4, true),
    ];

    // What http_call says of itself that is no failure of the network, or needs a certificate; tested with the skill.
    private static readonly string[] Elsewhere =
    [
        "EGRESS_DENIED", "INVALID_INPUT", "NETWORK_FAILED", "RESPONSE_TOO_LARGE", "SECRET_MISSING",
        "SECRET_NOT_ALLOWED",
        "TLS_EXPIRED", "TLS_FAILED", "TLS_UNTRUSTED", "TLS_WRONG_HOST", "TOO_MANY_REDIRECTS",
    ];

    public static TheoryData<string, string> Calls() =>
        new([.. Kinds.SelectMany(_ => (string[])["GET", "PUT", "POST"], (kind, method) => (kind.Name, method))]);

    public static TheoryData<string> Passing() => [.. Kinds.Where(kind => kind.Attempts > 1).Select(kind => kind.Name)];

    public static TheoryData<string> All() => [.. Kinds.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_failure_that_stays_is_tried_as_often_as_the_catalog_says_and_no_more(string name, string method)
    {
        var kind = Find(name);
        await using var bench = new FaultBench(kind.Fault);

        var run = await bench.CallAsync(method, timeoutMs: TimeoutOf(name));

        // Nobody knows what became of a POST whose answer was lost: it is made once, and a person finds out.
        var isHeld = method == "POST" && kind.MayHaveHappened;
        var attempts = isHeld ? 1 : kind.Attempts;
        Assert.Equal(attempts, bench.World.Calls);
        Assert.Equal(Enumerable.Repeat(kind.Code, attempts), run.Returned.Select(e => e.Code.Value));
        Assert.Equal(new[] { 1_000L, 2_000, 4_000 }.Take(attempts - 1), run.Retries.Select(e => e.BoundMs));
        AssertWaited(run);
        Assert.Equal(
            isHeld ? (RunStatus.Waiting, WaitReason.UnknownOutcome) : (RunStatus.Failed, (WaitReason?)null),
            (run.Report.Status, run.Report.WaitingFor));
        Assert.Equal(
            isHeld ? [kind.Code] : [], run.Journal.OfType<RunEvent.SettlementRequested>().Select(e => e.Cause.Value));
        if (!isHeld) Assert.Equal(kind.Code, run.Report.Steps[0].Code!.Value.Value);
        AssertSameKey(bench, method);
    }

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task A_failure_that_passes_is_recovered(string name)
    {
        var kind = Find(name);
        await using var bench = new FaultBench(kind.Fault, kind.Fault, Fault.None);

        var run = await bench.CallAsync("PUT", timeoutMs: TimeoutOf(name));

        Assert.Equal([kind.Code, kind.Code, "OK"], run.Returned.Select(e => e.Code.Value));
        Assert.Equal((RunStatus.Completed, 3), (run.Report.Status, run.Report.Steps[0].Attempts));
        AssertWaited(run);
        AssertSameKey(bench, "PUT");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_fallback_takes_over_when_the_catalog_gives_up_and_not_before(string name)
    {
        var kind = Find(name);
        await using var bench = new FaultBench([.. Enumerable.Repeat(kind.Fault, kind.Attempts), Fault.None]);

        var run = await bench.CallAsync("GET", $$"""
            , "on_failure": { "fallback": { "skill": "http_call@1", "input": { "url": "{{bench.World.Url}}second" } } }
            """, TimeoutOf(name));

        Assert.Equal(
            (kind.Attempts, kind.Code),
            (run.Started.Count(e => e.Fallback != true),
                run.Journal.OfType<RunEvent.FallbackChosen>().Single().Cause.Value));
        Assert.Equal(
            (RunStatus.Completed, "FALLBACK_USED"), (run.Report.Status, run.Report.Steps[0].Code!.Value.Value));
        Assert.Equal("GET /second HTTP/1.1", bench.World.Arrived.Last().Split("\r\n")[0]);
    }

    [Theory]
    [InlineData("7", 7_000)]
    [InlineData("0", 0)]
    [InlineData("Fri, 02 Jan 2026 03:04:45 GMT", 40_000)]
    [InlineData("Fri, 02 Jan 2026 03:04:00 GMT", 0)]
    public async Task What_the_other_side_asks_to_wait_takes_the_place_of_the_backoff(string retryAfter, long waits)
    {
        await using var bench = new FaultBench(Fault.Status(429, retryAfter), Fault.None);

        var run = await bench.CallAsync("POST");

        Assert.Equal([(BackoffRule.RetryAfter, waits)], run.Retries.Select(e => (e.Rule, e.DelayMs)));
        Assert.Equal([TimeSpan.FromMilliseconds(waits)], Gaps(run));
        Assert.Equal(RunStatus.Completed, run.Report.Status);
    }

    [Fact]
    public async Task Who_asks_to_wait_longer_than_the_run_has_time_ends_it_now()
    {
        await using var bench =
            new FaultBench(Fault.Status(503, "61"), Fault.None) { Limits = new LimitSpec { MaxRunSeconds = 60 } };

        var run = await bench.CallAsync("GET");

        Assert.Empty(run.Retries);
        Assert.Equal(
            (RunStatus.Failed, "HTTP_503", 1),
            (run.Report.Status, run.Report.Steps[0].Code!.Value.Value, bench.World.Calls));
    }

    [Fact]
    public async Task A_step_tightens_what_the_catalog_allows_and_loosens_nothing()
    {
        await using var tight = new FaultBench(Fault.Status(503));
        Assert.Equal(2, (await tight.CallAsync("GET", """, "retry": { "max_attempts": 2 }""")).Started.Count());
        await using var loose = new FaultBench(Fault.Status(404));
        Assert.Single((await loose.CallAsync("GET", """, "retry": { "max_attempts": 9 }""")).Started);
        await using var longer = new FaultBench(Fault.Status(503));
        Assert.Equal(4, (await longer.CallAsync("GET", """, "retry": { "max_attempts": 9 }""")).Started.Count());
    }

    [Fact]
    public async Task One_failure_after_another_is_judged_by_its_own_entry_and_they_count_together()
    {
        await using var bench =
            new FaultBench(Fault.Cut, Fault.NoSuchName, Fault.Status(429, "3"), Fault.Status(404), Fault.None);

        var run = await bench.CallAsync("GET");

        Assert.Equal(
            ["CONNECTION_RESET", "DNS_FAILED", "RATE_LIMITED", "HTTP_404"], run.Returned.Select(e => e.Code.Value));
        Assert.Equal(
            [(BackoffRule.Exponential, 1_000L), (BackoffRule.Exponential, 2_000), (BackoffRule.RetryAfter, 3_000)],
            run.Retries.Select(e => (e.Rule, e.BoundMs)));
        Assert.Equal("HTTP_404", run.Report.Steps[0].Code!.Value.Value);
        // The third attempt would have been the last for DNS_FAILED.
        await using var exhausted = new FaultBench(Fault.Cut, Fault.Cut, Fault.NoSuchName, Fault.None);
        Assert.Equal(3, (await exhausted.CallAsync("GET")).Started.Count());
    }

    [Fact]
    public async Task A_step_that_tolerates_failure_lets_the_run_go_on()
    {
        await using var bench = new FaultBench(Fault.NoSuchName, Fault.NoSuchName, Fault.NoSuchName, Fault.None);

        var run = await bench.RunAsync($$"""
            { "steps": [{ "id": "lost", "skill": "http_call@1", "input": { "url": "{{bench.World.Url}}" }, "on_failure": "continue" },
                        { "id": "next", "skill": "http_call@1", "input": { "url": "{{bench.World.Url}}", "query": { "why": "${steps.lost.code}" } } }],
              "output": "steps.next.result.status" }
            """);

        Assert.Equal((RunStatus.Completed, "200"), (run.Report.Status, run.Report.Output!.ToString()));
        Assert.Equal("GET /?why=DNS_FAILED HTTP/1.1", bench.World.Arrived.Single().Split("\r\n")[0]);
    }

    [Fact]
    public async Task Every_failure_of_the_network_that_the_skill_names_is_injected()
    {
        await using var bench = new FaultBench(Fault.None);
        Assert.Equal(
            bench.Contract.FailureModes.Select(mode => mode.Code.Value).Except(Elsewhere, StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
            Kinds.Select(kind => kind.Code).Distinct().Order(StringComparer.Ordinal));
    }

    private static (string Name, Fault Fault, string Code, int Attempts, bool MayHaveHappened) Find(string name) =>
        Kinds.Single(kind => kind.Name == name);

    // The attempt's own time runs out before the one for the first byte, or after.
    private static int TimeoutOf(string name) => name == "time-out" ? 20_000 : 40_000;

    // The next attempt begins when its wait is over, to the microsecond, and the wait is within what the rule draws
    // from.
    private static void AssertWaited(FaultyRun run)
    {
        Assert.All(run.Retries, retry => Assert.Equal(BackoffRule.Exponential, retry.Rule));
        Assert.All(run.Retries, retry => Assert.InRange(retry.DelayMs, 0, retry.BoundMs));
        Assert.Equal(run.Retries.Select(retry => TimeSpan.FromMilliseconds(retry.DelayMs)), Gaps(run));
    }

    private static IEnumerable<TimeSpan> Gaps(FaultyRun run) =>
        run.Started.Skip(1).Zip(run.Returned, (started, returned) => started.At - returned.At);

    private static void AssertSameKey(FaultBench bench, string method)
    {
        var keys = bench.World.Arrived.Select(
            head => head.Split("\r\n")
                .SingleOrDefault(line => line.StartsWith("Idempotency-Key:", StringComparison.OrdinalIgnoreCase)));
        Assert.True(keys.Distinct().Count() <= 1, "Attempts of one call came with several keys.");
        if (method != "GET") Assert.DoesNotContain(null, keys);
    }
}
