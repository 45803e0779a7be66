using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;
using Aos.Runtime;

namespace Aos.Extensions.AI;

/// <summary>Money that several calls share: one call after the other. Thread-safe.</summary>
internal sealed class Purse(Money total) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    // What each run has cost, once; of those that have not ended, what they may cost.
    private readonly Dictionary<RunId, Money> _runs = [];
    private readonly List<RunId> _open = [];
    private Money _unheard;

    /// <summary>What is left.</summary>
    public Money Left
    {
        get
        {
            var left = total - _unheard;
            foreach (var cost in _runs.Values) left -= cost;
            return left.OrZero;
        }
    }

    /// <summary>Waits until no other call that costs something is in flight.</summary>
    public Task TakeTurnAsync(CancellationToken cancel) => _turn.WaitAsync(cancel);

    /// <summary>Ends the turn.</summary>
    public void EndTurn() => _turn.Release();

    /// <summary>Looks what became of the calls that waited for somebody.</summary>
    public async Task LookAsync(AosRuntime runtime, CancellationToken cancel)
    {
        foreach (var run in _open.ToList())
            if ((await runtime.ReportAsync(run, cancel).ConfigureAwait(false)).Value is { Code: not null } ended)
            {
                _runs[run] = ended.Cost;
                _open.Remove(run);
            }
    }

    /// <summary>Counts a call.</summary>
    /// <param name="outcome">What came of it; null where nothing was heard.</param>
    /// <param name="allowed">What it was allowed to cost.</param>
    public void Settle(StructuredOutcome? outcome, Money allowed)
    {
        if (outcome is null)
        {
            _unheard += allowed; // It cost what it was allowed to.
            return;
        }
        if (outcome.RunId is not { } run) return; // It did not begin.
        // Known already: a call of the same name, which is not paid for twice.
        if (_runs.ContainsKey(run) && !_open.Contains(run)) return;
        var isOpen = outcome.Status == OutcomeStatus.Unknown || outcome.Code == ErrorCodes.RunOwned;
        _runs[run] = isOpen ? allowed : outcome.Execution?.Cost ?? Money.Zero;
        if (!isOpen) _open.Remove(run);
        else if (!_open.Contains(run)) _open.Add(run);
    }

    public void Dispose() => _turn.Dispose();
}
