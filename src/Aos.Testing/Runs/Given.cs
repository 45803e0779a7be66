using System.Text;
using Aos.Contracts;
using Aos.Contracts.Runs;
using Aos.Kernel.Runs;

namespace Aos.Testing.Runs;

/// <summary>Given a run and what has happened to it, when a fact comes, then these decisions are taken.</summary>
/// <example><code>
/// Given.Run(scenario).And(Facts.Returned("a"))
///     .When(Facts.Returned("b").Failing("HTTP_404"))
///     .Then("step b failure HTTP_404", "stopping HTTP_404 by b", "run failed HTTP_404 by b");
/// </code></example>
public sealed class Given
{
    private readonly ScriptedRun _run;

    private Given(ScriptedRun run) => _run = run;

    /// <summary>A run that was submitted a moment ago.</summary>
    public static Given Run(RunScenario scenario) => new(new ScriptedRun(scenario).Submit());

    /// <summary>The state so far.</summary>
    public RunState State => _run.State;

    /// <summary>Something happens. A fact without a time happens one second after the one before.</summary>
    public Given And(params RunEvent.Fact[] facts)
    {
        foreach (var fact in facts) _run.Feed(Timed(fact));
        return this;
    }

    /// <summary>The fact that is looked at.</summary>
    public WhenTaken When(RunEvent.Fact fact) => new(_run.Feed(Timed(fact)));

    /// <summary>The moment that the run waits for comes.</summary>
    public WhenTaken WhenItIsTime() => When(new RunEvent.TimeReached
    {
        At = State.NextWake
        ?? throw new InvalidOperationException("The run waits for no moment.")
    });

    private RunEvent.Fact Timed(RunEvent.Fact fact) =>
        fact.At == default ? fact with { At = State.LastAt.AddSeconds(1) } : fact;
}

/// <summary>What a fact led to.</summary>
/// <param name="Transition">Events, effects and the state after them.</param>
public sealed record WhenTaken(Transition Transition)
{
    /// <summary>The state after the fact.</summary>
    public RunState State => Transition.State;

    /// <summary>Expects exactly these decisions, as <see cref="EventText"/> writes them.</summary>
    /// <exception cref="UnexpectedDecisionsException">There are others.</exception>
    public WhenTaken Then(params string[] decisions)
    {
        Compare(decisions, [.. Transition.Events.OfType<RunEvent.Decision>().Lines()]);
        return this;
    }

    /// <summary>Expects exactly these decisions, member by member. Their times are those of the fact.</summary>
    /// <exception cref="UnexpectedDecisionsException">There are others.</exception>
    public WhenTaken Then(params RunEvent.Decision[] decisions)
    {
        var at = Transition.State.LastAt;
        Compare([.. decisions.Select(decision => Json(decision with { At = at }))],
            [.. Transition.Events.OfType<RunEvent.Decision>().Select(Json)]);
        return this;
    }

    /// <summary>Expects that the fact leaves no trace.</summary>
    /// <exception cref="UnexpectedDecisionsException">It leaves one.</exception>
    public WhenTaken ThenNothing()
    {
        Compare([], [.. Transition.Events.Lines()]);
        return this;
    }

    /// <summary>Expects exactly these effects.</summary>
    /// <exception cref="UnexpectedDecisionsException">There are others.</exception>
    public WhenTaken ThenEffects(params string[] effects)
    {
        Compare(effects, [.. Transition.Effects.Select(Line)]);
        return this;
    }

    private static string Line(Effect effect) => effect switch
    {
        Effect.InvokeSkill invoke => $"invoke {invoke.Call}#{invoke.Attempt} {invoke.Skill.Name}",
        Effect.QuoteCall quote => $"quote {quote.Call}#{quote.Attempt} {quote.Skill.Name}",
        Effect.CancelAttempt cancel => $"cancel {cancel.Call}#{cancel.Attempt}",
        Effect.CallPlanner planner => $"plan {planner.Round}",
        Effect.Finish => "finish",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Json(RunEvent e) => Encoding.UTF8.GetString(AosJson.Write(e));

    private static void Compare(string[] expected, string[] found)
    {
        if (!expected.SequenceEqual(found, StringComparer.Ordinal))
            throw new UnexpectedDecisionsException(expected, found);
    }
}

/// <summary>A run decided something else than a test expected. The message shows both.</summary>
public sealed class UnexpectedDecisionsException(IReadOnlyList<string> expected, IReadOnlyList<string> found)
    : Exception($"Expected:\n  {string.Join("\n  ", expected)}\nFound:\n  {string.Join("\n  ", found)}");
