using System.CommandLine;
using System.Globalization;
using Aos.Contracts.Values;

namespace Aos.Cli.Invocation;

/// <summary>The options of commands that act: who, with what, for how much.</summary>
internal sealed class ActingOptions
{
    public Option<string?> Agent { get; } = new("--agent")
    {
        Description = "Agent profile, YAML or JSON; on a server also the name of one that it keeps (default: the "
            + "built-in profile)",
        HelpName = "FILE",
    };

    public Option<string?> Budget { get; } = new("--budget-cents")
    {
        Description = "The most that it may cost, in US cents",
        HelpName = "N",
    };

    public Option<string?> Input { get; } = new("--input")
    {
        Description = "Input as a JSON object; @FILE reads a file, - reads standard input",
        HelpName = "JSON",
    };

    public Option<string?> Key { get; } = new("--idempotency-key")
    {
        Description = "The same key with the same request gives the same run, and nothing is done twice",
        HelpName = "KEY",
    };

    /// <summary>Adds the options to a command.</summary>
    public ActingOptions AddTo(Command command, bool key = true)
    {
        command.Add(Input);
        command.Add(Agent);
        command.Add(Budget);
        if (key) command.Add(Key);
        return this;
    }

    /// <exception cref="Refusal">It is no amount.</exception>
    public Money? BudgetOf(Session session) => CentsOf(session.Value(Budget), "--budget-cents");

    /// <summary>An amount in cents; null where the option is absent.</summary>
    /// <exception cref="Refusal">It is no amount.</exception>
    public static Money? CentsOf(string? text, string option)
    {
        if (text is null) return null;
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cents)
            && Money.TryFromCents(cents, out var money)
            ? money
            : throw Refusal.Argument($"{option} '{text}' is not a number of cents, zero or more, such as 25 or 0.5.");
    }

    /// <exception cref="Refusal">It is not JSON, or no object.</exception>
    public async ValueTask<Payload> InputOfAsync(Session session, CancellationToken cancel) =>
        await Documents.InputAsync(session.Value(Input), "--input", cancel).ConfigureAwait(false) ?? Payload.Empty;
}
