using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Aos.Cli.Rendering;

/// <summary>A run as it goes: news as lines on standard error and, on a terminal, what is in flight below
/// them.</summary>
/// <remarks>Fed from one task and drawn from another.</remarks>
internal sealed class LiveProgress(Screen screen, TimeProvider time)
{
    private const int RowsMax = 10;
    private static readonly string[] Frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
    private readonly Lock _gate = new();
    private readonly EventLines _lines = new();
    private readonly SortedDictionary<string, Activity> _active = new(StringComparer.Ordinal);
    private int _frame;

    /// <summary>Takes an event in.</summary>
    /// <param name="e">The event.</param>
    /// <param name="isNew">Whether it happened while somebody watched; others only set the picture up.</param>
    public void Apply(RunEvent e, bool isNew)
    {
        lock (_gate)
        {
            Track(e);
            var line = _lines.Timed(e, screen.Width);
            // What is drawn as being in flight needs no line of its own.
            var isDrawn = screen.CanRedraw && e is RunEvent.AttemptStarted;
            if (isNew && EventLines.IsNews(e) && !isDrawn) Print(e, line);
        }
    }

    /// <summary>Draws what is in flight until the work is done; without a terminal there is nothing to draw.</summary>
    public async Task DrawAsync(Task work)
    {
        if (!screen.CanRedraw) return;
        await screen.Notes.Live(Text.Empty).AutoClear(true).StartAsync(async live =>
        {
            while (!work.IsCompleted)
            {
                live.UpdateTarget(Picture());
                await Task.WhenAny(work, Task.Delay(TimeSpan.FromMilliseconds(100), time, CancellationToken.None))
                    .ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
    }

    private void Print(RunEvent e, string line)
    {
        if (!screen.CanRedraw)
        {
            screen.Error.Write(line);
            return;
        }
        // What was drawn there before is longer at times, and is not cleared by what is printed over it.
        var padded = line.TrimEnd('\n').Split('\n').Select(part => part.PadRight(screen.Width - 1));
        screen.Notes.Write(new Text(string.Join('\n', padded) + "\n", Styles.Of(e)));
    }

    private Rows Picture()
    {
        lock (_gate)
        {
            var frame = Frames[_frame++ % Frames.Length];
            var now = time.GetUtcNow();
            var rows = _active.Take(RowsMax).Select(pair => Row(frame, pair.Key, pair.Value, now)).ToList();
            if (_active.Count > RowsMax) rows.Add(new Text($"  … and {_active.Count - RowsMax} more", Styles.Faint));
            return new Rows(rows);
        }
    }

    private IRenderable Row(string frame, string call, Activity activity, DateTimeOffset now)
    {
        var (mark, text, style) = activity.Until is { } until
            ? ("↻", $"{activity.What} in {Times.Span(Math.Max(0, (until - now).TotalMilliseconds))}", Styles.Wait)
            : (frame,
                $"{activity.What}, {Times.Span(Math.Max(0, (now - activity.Since).TotalMilliseconds))}", Styles.Busy);
        return new Text(Plain.Line($"{mark} {call}: {text}", screen.Width - 1), style);
    }

    private void Track(RunEvent e)
    {
        switch (e)
        {
            case RunEvent.PlanRequested: Set("plan", "planning", e.At); break;
            case RunEvent.PlannerAnswered or RunEvent.PlannerLost: _active.Remove("plan"); break;
            case RunEvent.PlannerRetryScheduled retry:
                Set("plan", "planning", e.At, e.At.AddMilliseconds(retry.DelayMs)); break;
            case RunEvent.AttemptStarted start:
                Set(Key(start.StepId, start.Item),
                    $"attempt {start.Attempt} of {start.Skill}@{start.SkillVersion}", e.At);
                break;
            case RunEvent.RetryScheduled retry:
                Set(Key(retry.StepId, retry.Item), $"attempt {retry.Attempt}", e.At,
                    e.At.AddMilliseconds(retry.DelayMs));
                break;
            case RunEvent.WaitStarted { Signal: { } signal } wait:
                Set(Key(wait.StepId, wait.Item), $"waits for signal {signal}", e.At); break;
            case RunEvent.WaitStarted wait:
                Set(Key(wait.StepId, wait.Item), "goes on", e.At, wait.Until ?? e.At.AddMilliseconds(wait.ForMs ?? 0));
                break;
            case RunEvent.ItemEnded item: _active.Remove(Key(item.StepId, item.Item)); break;
            case RunEvent.AttemptReturned back: _active.Remove(Key(back.StepId, back.Item)); break;
            case RunEvent.AttemptLost lost: _active.Remove(Key(lost.StepId, lost.Item)); break;
            case RunEvent.StepEnded step: _active.Remove(Key(step.StepId, null)); break;
            case RunEvent.RunEnded: _active.Clear(); break;
        }
    }

    private void Set(string key, string what, DateTimeOffset since, DateTimeOffset? until = null) =>
        _active[key] = new Activity(what, since, until);

    private static string Key(StepId step, int? item) => item is null ? $"{step}" : $"{step}[{item}]";

    private sealed record Activity(string What, DateTimeOffset Since, DateTimeOffset? Until);
}
