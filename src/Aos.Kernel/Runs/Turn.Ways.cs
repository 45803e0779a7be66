using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Budgets;
using Aos.Kernel.Plans;

namespace Aos.Kernel.Runs;

/// <summary>Asking skills what attempts would cost, and choosing the way in which one is made.</summary>
internal sealed partial class Turn
{
    /// <param name="Name">Its name; null: the skill names none.</param>
    /// <param name="Worst">What the attempt costs at worst.</param>
    /// <param name="Held">What is held for it.</param>
    /// <param name="Expected">What it is expected to cost.</param>
    private readonly record struct ChosenWay(string? Name, Money Worst, Money Held, Money Expected);

    private readonly record struct Obstacle(ErrorCode Code, string Message);

    private void RequestQuote(CallState call, CallProgram program, Payload input, Payload? known)
    {
        Emit(new RunEvent.QuoteRequested
        {
            At = Now,
            StepId = call.Key.Step,
            Item = call.Key.Item,
            Attempt = call.Attempts + 1,
            Input = call.AttemptsOfVariant == 0 ? input : null,
        });
        AskQuote(Call(call.Key), program, known);
    }

    private void AskQuote(CallState call, CallProgram program, Payload? known) => Ask(new Effect.QuoteCall
    {
        Call = call.Key,
        Attempt = call.Attempts + 1,
        Skill = program.Skill,
        Input = call.Input!,
        Known = known,
        IsFallback = call.IsFallback,
    });

    /// <summary>The way in which the next attempt is made, with its money; null where it cannot start now, or where the
    /// call has ended for want of a way.</summary>
    private ChosenWay? ChooseWay(StepState step, CallState call, CallProgram program)
    {
        var (way, obstacle) = FindWay(step, call, program);
        if (obstacle is { } reason) Fail(step, call, reason.Code, reason.Message);
        return way;
    }

    /// <summary>The way that the next attempt takes, or why there is none; neither where money has to come back first.
    /// A way that cannot be taken is passed over as if it had failed.</summary>
    private (ChosenWay? Way, Obstacle? Why) FindWay(StepState step, CallState call, CallProgram program)
    {
        if (call.Ways?.Quote is not { } quote)
        {
            var worst = program.Skill.Cost?.Worst ?? Money.Zero;
            return Afford(
                step, call, program, new ChosenWay(null, worst, worst, program.Skill.Cost?.Expected ?? Money.Zero));
        }
        if (quote.Code != ErrorCodes.Ok)
            return (null, new Obstacle(quote.Code, quote.Message ?? "The call cannot be made."));
        Obstacle? first = null;
        for (int? place = call.Ways.Place; place is { } at;)
        {
            var way = quote.Ways[at];
            var (found, why) = way.Code == ErrorCodes.Ok
                ? Afford(step, call, program, new ChosenWay(way.Name, way.Worst, way.Worst, way.Expected))
                : (null, new Obstacle(way.Code, way.Message ?? $"{call.Key} cannot be made by {way.Name}."));
            if (why is not { } obstacle) return (found, null);
            first ??= obstacle;
            place = call.Ways.After(at, obstacle.Code, State.Catalog);
        }
        return (null, first);
    }

    // The way with what is held for it; or why that cannot be held; neither where it may be later.
    private (ChosenWay? Way, Obstacle? Why) Afford(StepState step, CallState call, CallProgram program, ChosenWay way)
    {
        var held = Reservation.ToHold(State, program.Skill, way.Worst);
        return Reservation.Judge(State, step, held) switch
        {
            ReservationVerdict.Hold => (way with { Held = held }, null),
            ReservationVerdict.Wait => (null, null),
            ReservationVerdict.RunBudget => (null, new Obstacle(ErrorCodes.BudgetExceeded,
                $"{call.Key} may cost {held}; {(State.Limit - State.Spent).OrZero} of the run's {State.Limit} are left.")),
            _ => (null, new Obstacle(ErrorCodes.StepBudgetExceeded, $"{call.Key} may cost {held}; "
                + $"{(State.Contract.PerStep!.Value - step.Cost).OrZero} of the "
                + $"step's {State.Contract.PerStep.Value} are left.")),
        };
    }
}
