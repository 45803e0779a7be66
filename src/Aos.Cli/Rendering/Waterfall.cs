using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Cli.Rendering;

/// <summary>What a stretch of time was spent on.</summary>
internal enum StretchKind
{
    /// <summary>A planner worked.</summary>
    Planning,

    /// <summary>An attempt that succeeded.</summary>
    Success,

    /// <summary>An attempt that failed.</summary>
    Failure,

    /// <summary>An attempt that is in flight, or whose outcome is not known.</summary>
    Open,

    /// <summary>The wait before the next attempt.</summary>
    Backoff,

    /// <summary>A person's turn.</summary>
    Person,

    /// <summary>A wait that the plan asks for: for a moment or a signal.</summary>
    Wait,
}

/// <summary>A stretch of time, in milliseconds from the start of the run.</summary>
internal sealed record Stretch(
    StretchKind Kind, double FromMs, double ToMs, string Label, ErrorCode? Code = null, Money Cost = default)
{
    public double LengthMs => ToMs - FromMs;
}

/// <summary>A row: a step, or an item of a step.</summary>
internal sealed class WaterfallRow(string name, string skill)
{
    public string Name { get; } = name;

    public string Skill { get; set; } = skill;

    public List<Stretch> Stretches { get; } = [];

    public OutcomeStatus? Status { get; set; }

    public ErrorCode? Code { get; set; }

    public double FromMs => Stretches.Count == 0 ? 0 : Stretches.Min(stretch => stretch.FromMs);

    public double ToMs => Stretches.Count == 0 ? 0 : Stretches.Max(stretch => stretch.ToMs);

    public Money Cost => Stretches.Aggregate(Money.Zero, (sum, stretch) => sum + stretch.Cost);
}

/// <summary>Where the time of a run went, from its events.</summary>
internal sealed class Waterfall
{
    private readonly Dictionary<string, WaterfallRow> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (StretchKind Kind, double FromMs, string Label)> _open =
        new(StringComparer.Ordinal);
    private readonly Dictionary<ApprovalId, string> _approvals = [];
    private DateTimeOffset _start;

    private Waterfall() { }

    /// <summary>Rows in the order in which they began.</summary>
    public List<WaterfallRow> Rows { get; } = [];

    public RunEvent.RunSubmitted? Submitted { get; private set; }

    public RunEvent.RunEnded? Ended { get; private set; }

    public double LengthMs { get; private set; }

    public int Attempts { get; private set; }

    /// <summary>Reads events.</summary>
    /// <param name="events">The events of a run, in order.</param>
    /// <param name="now">The end of what is still going on.</param>
    public static Waterfall Of(IEnumerable<RunEvent> events, DateTimeOffset now)
    {
        var waterfall = new Waterfall();
        foreach (var e in events) waterfall.Apply(e);
        waterfall.Finish(now);
        return waterfall;
    }

    private void Apply(RunEvent e)
    {
        if (e is RunEvent.RunForked) LeaveOpen(e.At);
        if (e is RunEvent.RunSubmitted first) (_start, Submitted) = (e.At, first);
        var at = (e.At - _start).TotalMilliseconds;
        LengthMs = Math.Max(LengthMs, at);
        switch (e)
        {
            case RunEvent.PlanRequested asked:
                Open("(plan)", "", StretchKind.Planning, at, $"round {asked.Round}"); break;
            case RunEvent.PlannerAnswered plan: Close("(plan)", at, StretchKind.Planning, plan.Code, plan.Cost); break;
            case RunEvent.PlannerLost: Close("(plan)", at); break;
            case RunEvent.ApprovalRequested ask:
                _approvals[ask.ApprovalId] = Key(ask.StepId, ask.Item);
                Open(Key(ask.StepId, ask.Item), $"{ask.Skill}@{ask.SkillVersion}", StretchKind.Person, at, "approval");
                break;
            case RunEvent.ApprovalDecided decided when _approvals.TryGetValue(decided.ApprovalId, out var key):
                Close(key, at); break;
            case RunEvent.AttemptStarted start:
                Attempts++;
                Open(Key(start.StepId, start.Item), $"{start.Skill}@{start.SkillVersion}", StretchKind.Open, at,
                    $"attempt {start.Attempt}");
                break;
            case RunEvent.AttemptReturned back:
                Close(Key(back.StepId, back.Item), at, KindOf(back), back.Code, back.Cost);
                break;
            case RunEvent.AttemptLost lost: Close(Key(lost.StepId, lost.Item), at); break;
            case RunEvent.RetryScheduled retry:
                Open(Key(retry.StepId, retry.Item), null, StretchKind.Backoff, at, "backoff"); break;
            case RunEvent.SlotRequested asked:
                Open(Key(asked.StepId, asked.Item), $"{asked.Skill}@{asked.SkillVersion}",
                    StretchKind.Backoff, at, "rate");
                break;
            case RunEvent.SettlementRequested ask:
                Open(Key(ask.StepId, ask.Item), null, StretchKind.Person, at, "to be settled"); break;
            case RunEvent.WaitStarted wait:
                Open(Key(wait.StepId, wait.Item), null, StretchKind.Wait, at,
                    wait.Signal is { } signal ? $"signal {signal}" : "wait");
                break;
            case RunEvent.OutcomeSettled settled: Close(Key(settled.StepId, settled.Item), at); break;
            case RunEvent.ItemEnded item: End(Key(item.StepId, item.Item), at, item.Status, item.Code); break;
            case RunEvent.StepEnded step: End(Key(step.StepId, null), at, step.Status, step.Code); break;
            case RunEvent.RunEnded end: Ended = end; break;
        }
    }

    // What the run before had in flight ends here; the time between the two runs is not spent on anything.
    private void LeaveOpen(DateTimeOffset forked)
    {
        foreach (var key in _open.Keys.ToList()) Close(key, LengthMs);
        _start = forked.AddMilliseconds(-LengthMs);
    }

    private static StretchKind KindOf(RunEvent.AttemptReturned back) => back.Status switch
    {
        OutcomeStatus.Success => StretchKind.Success,
        OutcomeStatus.Unknown => StretchKind.Open,
        _ => StretchKind.Failure,
    };

    private void Open(string key, string? skill, StretchKind kind, double at, string label)
    {
        Close(key, at);
        var row = Row(key);
        if (skill is { Length: > 0 }) row.Skill = skill;
        _open[key] = (kind, at, label);
    }

    private void Close(string key, double at, StretchKind? kind = null, ErrorCode? code = null, Money cost = default)
    {
        if (_open.Remove(key, out var open))
            Row(key).Stretches.Add(new Stretch(kind ?? open.Kind, open.FromMs, at, open.Label, code, cost));
    }

    private void End(string key, double at, OutcomeStatus status, ErrorCode code)
    {
        Close(key, at);
        var row = Row(key);
        (row.Status, row.Code) = (status, code);
    }

    private void Finish(DateTimeOffset now)
    {
        if (Ended is null && _open.Count > 0) LengthMs = Math.Max(LengthMs, (now - _start).TotalMilliseconds);
        foreach (var key in _open.Keys.ToList()) Close(key, LengthMs);
        // A fanned-out step is its items.
        Rows.RemoveAll(row => row.Stretches.Count == 0
            && Rows.Exists(item => item.Name.StartsWith($"{row.Name}[", StringComparison.Ordinal)));
    }

    private WaterfallRow Row(string key)
    {
        if (_byName.TryGetValue(key, out var known)) return known;
        var row = new WaterfallRow(key, "");
        _byName[key] = row;
        Rows.Add(row);
        return row;
    }

    private static string Key(StepId step, int? item) => item is null ? $"{step}" : $"{step}[{item}]";
}
