using Aos.Cli.Invocation;
using Aos.Cli.Targets;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Cli.Rendering;

/// <summary>Waits for a run while its progress is shown, then shows its report.</summary>
internal sealed class RunFollower(Session session, ITarget target)
{
    private readonly Screen _screen = session.Screen;

    /// <summary>Waits for a run.</summary>
    /// <param name="id">The run.</param>
    /// <param name="wait">The call that waits for it.</param>
    /// <param name="cancel">Ends the wait, and leaves the run to be resumed.</param>
    /// <param name="hasBegun">Whether this process began the run, so that all of it is news.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitAsync(
        RunId id, Func<ValueTask<Answer<RunReport>>> wait, CancellationToken cancel, bool hasBegun = false)
    {
        try
        {
            var report = Session.Require(await WatchAsync(id, wait, hasBegun, cancel).ConfigureAwait(false));
            if (_screen.Json) _screen.WriteJson(report);
            else await RunView.ShowAsync(session, target, report, cancel).ConfigureAwait(false);
            return ExitCodes.Of(report);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return await InterruptedAsync(id).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a run on, and waits for it.</summary>
    public Task<int> ResumeAsync(RunId id, CancellationToken cancel) =>
        WaitAsync(id, () => target.ResumeAsync(id, cancel), cancel);

    /// <summary>Goes on with a run that a person has decided on.</summary>
    /// <param name="id">The run.</param>
    /// <param name="decided">The outcome of the decision.</param>
    /// <param name="resume">Whether this process takes the run on.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<int> GoOnAsync(RunId id, StructuredOutcome decided, bool resume, CancellationToken cancel)
    {
        if (resume)
        {
            var answer = await target.ResumeAsync(id, cancel).ConfigureAwait(false);
            // The process that works on the run takes the decision up by itself.
            var refused = answer.Value is null ? answer.Outcome : null;
            if (refused?.Code == ErrorCodes.RunQuarantined)
            {
                if (_screen.Json) _screen.WriteJson(decided);
                else _screen.Out.WriteLine($"Recorded, and kept until the run is released. {refused.Message}");
                return ExitCodes.Ok;
            }
            if (refused?.Code != ErrorCodes.RunOwned)
                return await WaitAsync(id, () => ValueTask.FromResult(answer), cancel).ConfigureAwait(false);
        }
        if (_screen.Json) _screen.WriteJson(decided);
        else if (resume) _screen.Out.WriteLine($"Recorded. The process that works on run {id} goes on with it.");
        else _screen.Out.WriteLine($"Recorded. To go on: {session.Suggest($"resume {id}")}");
        return ExitCodes.Ok;
    }

    private async Task<Answer<RunReport>> WatchAsync(
        RunId id, Func<ValueTask<Answer<RunReport>>> wait, bool hasBegun, CancellationToken cancel)
    {
        var progress = new LiveProgress(_screen, session.Time);
        // What happened before this process came is context, not news.
        var known = hasBegun ? 0 : await target.LastSeqAsync(id, cancel).ConfigureAwait(false);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var work = wait().AsTask();
        var feed = FeedAsync(id, progress, known, enough.Token);
        await progress.DrawAsync(work).ConfigureAwait(false);
        try
        {
            return await work.ConfigureAwait(false);
        }
        finally
        {
            await enough.CancelAsync().ConfigureAwait(false);
            var seen = await feed.ConfigureAwait(false);
            if (!cancel.IsCancellationRequested) await CatchUpAsync(id, progress, seen, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Feeds events as they become durable.</summary>
    /// <returns>The last sequence number that was fed.</returns>
    private async Task<long> FeedAsync(RunId id, LiveProgress progress, long known, CancellationToken cancel)
    {
        var seen = 0L;
        try
        {
            await foreach (var line in target.TraceAsync(id, follow: true, cancel).ConfigureAwait(false))
            {
                progress.Apply(line.Event, isNew: line.Seq > known);
                seen = line.Seq;
            }
        }
        catch (Exception error) when (error is OperationCanceledException or Refusal)
        {
            // The run itself reports what is wrong with the store; its progress ends here.
        }
        return seen;
    }

    private async Task CatchUpAsync(RunId id, LiveProgress progress, long seen, CancellationToken cancel)
    {
        try
        {
            await foreach (var line in target.TraceAsync(id, follow: false, cancel).ConfigureAwait(false))
                if (line.Seq > seen) progress.Apply(line.Event, isNew: true);
        }
        catch (Refusal)
        {
            // As above.
        }
    }

    private async Task<int> InterruptedAsync(RunId id)
    {
        // Said before the wait for what is in flight, which a second interruption cuts short.
        _screen.Error.WriteLine(target.WorksOn(id)
            ? $"aos: interrupted. Nothing new starts; to go on: {session.Suggest($"resume {id}")}"
            : $"aos: interrupted. The process that works on run {id} goes on with it.");
        await session.DrainAsync().ConfigureAwait(false);
        var report = (await target.ReportAsync(id, CancellationToken.None).ConfigureAwait(false)).Value;
        var ended = report?.Status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled;
        if (_screen.Json && report is not null) _screen.WriteJson(report);
        else if (ended) await RunView.ShowAsync(session, target, report!, CancellationToken.None).ConfigureAwait(false);
        // What was in flight was all that was left to do.
        return ended ? ExitCodes.Of(report!) : ExitCodes.Interrupted;
    }
}
