using System.Diagnostics.CodeAnalysis;
using System.Text;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Testing.Runs;

/// <summary>Facts for <see cref="Given"/>, with little ceremony. They carry no time unless a test gives one.</summary>
public static class Facts
{
    /// <summary>An attempt came back with success.</summary>
    /// <param name="step">The step.</param>
    /// <param name="result">The result, as JSON.</param>
    /// <param name="attempt">Which attempt.</param>
    /// <param name="item">The item of a fanned-out step.</param>
    public static RunEvent.AttemptReturned Returned(
        string step, [StringSyntax(StringSyntaxAttribute.Json)] string result = "{}", int attempt = 1,
        int? item = null) => new()
        {
            StepId = StepId.Parse(step),
            Item = item,
            Attempt = attempt,
            Status = OutcomeStatus.Success,
            Code = ErrorCodes.Ok,
            Result = Payload.FromUtf8(Encoding.UTF8.GetBytes(result)),
        };

    /// <summary>An attempt came back with a failure.</summary>
    public static RunEvent.AttemptReturned Failed(
        string step, string code, int attempt = 1, int? item = null, EffectState? effect = null) => new()
        {
            StepId = StepId.Parse(step),
            Item = item,
            Attempt = attempt,
            Status = OutcomeStatus.Failure,
            Code = ErrorCode.Parse(code),
            Effect = effect,
        };

    /// <summary>A skill said what an attempt would cost.</summary>
    public static RunEvent.CallQuoted Quoted(string step, int attempt = 1, params ValueList<QuotedWay> ways) => new()
    {
        StepId = StepId.Parse(step),
        Attempt = attempt,
        Code = ErrorCodes.Ok,
        Ways = ways,
    };

    /// <summary>A way in which a call can be made.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="worstCents">The most that it costs.</param>
    /// <param name="on">The failures after which it is taken.</param>
    public static QuotedWay Way(string name, decimal worstCents, params ValueList<string> on) => new()
    {
        Name = name,
        Code = ErrorCodes.Ok,
        Worst = Money.FromCents(worstCents),
        Expected = Money.FromCents(worstCents / 2),
        On = on,
    };

    /// <summary>The same attempt, back at a cost.</summary>
    public static RunEvent.AttemptReturned Costing(this RunEvent.AttemptReturned returned, decimal cents) =>
        returned with { Cost = Money.FromCents(cents) };

    /// <summary>Somebody sent a signal.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="data">What comes with it, as JSON.</param>
    /// <param name="key">The sender's id of it.</param>
    public static RunEvent.SignalReceived Signal(
        string name, [StringSyntax(StringSyntaxAttribute.Json)] string data = "null", string? key = null) => new()
        {
            Name = SignalName.Parse(name),
            Data = Payload.FromUtf8(Encoding.UTF8.GetBytes(data)),
            By = "tester",
            Key = key,
        };

    /// <summary>The run goes on as another.</summary>
    public static RunEvent.RunForked Forked(RunEvent.RunSubmitted from, long seq, string run = "run_11111111") => new()
    {
        RunId = RunId.Parse(run),
        From = from.RunId,
        FromSeq = seq,
        By = "tester",
        TraceId = new string('f', 32),
    };

    /// <summary>Somebody asked to stop the run.</summary>
    public static RunEvent.CancelRequested Cancel() => new() { By = "tester" };

    /// <summary>A new owner took over.</summary>
    public static RunEvent.RunRecovered Recovered(int epoch = 2) => new() { Epoch = epoch };

    /// <summary>Somebody found out what became of a call.</summary>
    public static RunEvent.OutcomeSettled Settled(string step, bool happened, int? item = null) =>
        new() { StepId = StepId.Parse(step), Item = item, Happened = happened, By = "tester" };
}
