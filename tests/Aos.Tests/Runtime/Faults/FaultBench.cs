using Aos.Contracts.Agents;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Skills.Standard.Http;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Runtime.Faults;

/// <summary>What became of a run in a world that goes wrong.</summary>
internal sealed record FaultyRun(RunReport Report, IReadOnlyList<RunEvent> Journal)
{
    public IEnumerable<RunEvent.RetryScheduled> Retries => Journal.OfType<RunEvent.RetryScheduled>();

    public IEnumerable<RunEvent.AttemptReturned> Returned => Journal.OfType<RunEvent.AttemptReturned>();

    public IEnumerable<RunEvent.AttemptStarted> Started => Journal.OfType<RunEvent.AttemptStarted>();
}

/// <summary>A runtime with the real <c>http_call</c> over real connections, and virtual time: whoever waits, waits for
/// as long as it takes to move the clock.</summary>
internal sealed class FaultBench : IAsyncDisposable
{
    private readonly RuntimeBench _bench = new();
    private readonly FaultyWorld _world;
    private readonly HttpCallSkill _skill;

    public FaultBench(params Fault[] script)
    {
        _world = new FaultyWorld(script);
        _skill = new HttpCallSkill(_bench.Time, _world, new HttpLimits());
        _bench.Skills.Add(_skill);
    }

    public FaultyWorld World => _world;

    public SkillContract Contract => _skill.Contract;

    /// <summary>Limits of the profile.</summary>
    public LimitSpec? Limits { get; init; }

    /// <summary>Runs one step that calls the world.</summary>
    /// <param name="method">The method: GET reads, PUT may be repeated, POST may not.</param>
    /// <param name="more">Members of the step, each after a comma.</param>
    /// <param name="timeoutMs">What an attempt may take; more than the first byte may.</param>
    public Task<FaultyRun> CallAsync(string method, string more = "", int timeoutMs = 40_000) => RunAsync($$"""
        { "steps": [{ "id": "call", "skill": "http_call@1", "input": { "url": "{{_world.Url}}", "method": "{{method}}" },
                      "timeout_ms": {{timeoutMs}}{{more}} }] }
        """);

    /// <summary>Runs a plan to where nobody but a person could go on with it.</summary>
    public async Task<FaultyRun> RunAsync(string plan)
    {
        var request = _bench.Plan(plan) with
        {
            Profile = _bench.Profile with
            {
                Network = new NetworkSpec { Allow = [FaultyWorld.Host, "127.0.0.0/8"] },
                Limits = Limits
            },
        };
        _ = _bench.Runtime; // The store that is watched is there before anything happens.
        var run = _bench.RunAsync(request);
        var (silence, retries) = (_world.Silences.ReadAsync(TestContext.Current.CancellationToken).AsTask(), 0);
        var retry = NextRetryAsync(retries);
        while (await Task.WhenAny(run, silence, retry)
            .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken) is var next && next != run)
        {
            if (next == silence)
            {
                _bench.Time.Advance(await silence);
                silence = _world.Silences.ReadAsync(TestContext.Current.CancellationToken).AsTask();
            }
            else
            {
                await MoveOnAsync(TimeSpan.FromMilliseconds((await retry).DelayMs));
                retry = NextRetryAsync(++retries);
            }
        }
        var report = await run;
        await _bench.VerifyAsync(report.RunId);
        return new FaultyRun(report, await _bench.JournalAsync(report.RunId));
    }

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        _skill.Dispose();
        await _world.DisposeAsync();
    }

    // Not before somebody waits for it: a timer that is set after the clock was moved would wait for as long again.
    private async Task MoveOnAsync(TimeSpan wait)
    {
        if (wait == TimeSpan.Zero) return;
        await _bench.Time.WhenSetAsync(wait).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        _bench.Time.Advance(wait);
    }

    private async Task<RunEvent.RetryScheduled> NextRetryAsync(int seen)
    {
        var count = 0;
        return await _bench.Store.WhenAsync<RunEvent.RetryScheduled>(_ => ++count > seen);
    }
}
