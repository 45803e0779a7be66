using System.CommandLine;
using System.Globalization;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Agents;
using Aos.Contracts.Values;

namespace Aos.Cli.Commands;

/// <summary><c>aos budget</c>.</summary>
internal sealed class BudgetCommand : CliCommand
{
    private const string None = "none";

    private readonly Argument<string?> _agent = new("agent")
    {
        Description = "One agent: its id, or the file of its profile (default: all agents)",
        HelpName = "AGENT",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _perDay = new("--per-day")
    {
        Description = "First set what all agents may spend in a day",
        HelpName = "CENTS",
    };

    private readonly Option<string?> _perMonth = new("--per-month")
    {
        Description = $"First set what all agents may spend in a month; '{None}' takes the limit away",
        HelpName = "CENTS",
    };

    private readonly Option<string?> _timeZone = new("--time-zone")
    {
        Description = "First set where days and months begin, by its IANA name",
        HelpName = "ZONE",
    };

    public BudgetCommand() : base("budget", "Show what may be spent, what is held and spent, and who spent it")
    {
        Group = CommandGroup.Look;
        Add(_agent);
        Add(_perDay);
        Add(_perMonth);
        Add(_timeZone);
        Details = "Limits of the tenant are in tenant.json of the data folder; those of an agent are in its profile. "
            + "A server keeps both, and takes an agent by its id.";
        Examples =
        [
            ("aos budget", "what is left today and this month?"),
            ("aos budget --per-day 500 --time-zone Europe/Berlin",
                "at most 500 cents a day, from midnight to midnight in Berlin"),
        ];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        if (Change(session) is { } change) await session.Target.ChangeTenantAsync(change, cancel).ConfigureAwait(false);
        var (name, agent) = await AgentAsync(session, cancel).ConfigureAwait(false);
        var target = await session.OpenToReadAsync(cancel).ConfigureAwait(false);
        var report = Session.Require(await target.BudgetAsync(name, agent?.Profile, cancel).ConfigureAwait(false));
        if (session.Screen.Json) session.Screen.WriteJson(report);
        else BudgetView.Show(session.Screen, report, session.Time.GetUtcNow());
        return ExitCodes.Ok;
    }

    private async ValueTask<(string? Name, Agent? Agent)> AgentAsync(Session session, CancellationToken cancel)
    {
        if (session.Value(_agent) is not { } text) return (null, null);
        var isKept = !session.IsRemote && await session.FindAgentAsync(text, cancel).ConfigureAwait(false) is not null;
        if (!isKept && !File.Exists(text)) return (text, null);
        var agent = await Agent.ReadAsync(session, text, cancel).ConfigureAwait(false);
        return (agent.Profile.AgentId, agent);
    }

    private Func<TenantProfile, TenantProfile>? Change(Session session)
    {
        var (day, month, zone) = (session.Value(_perDay), session.Value(_perMonth), session.Value(_timeZone));
        if (day is null && month is null && zone is null) return null;
        var perDay = day is null ? (Money?)null : Cents(day, "--per-day");
        var perMonth = month is null or None ? (Money?)null : Cents(month, "--per-month");
        return tenant => tenant with
        {
            TimeZone = zone ?? tenant.TimeZone,
            Budget = new TenantBudget
            {
                PerDay = perDay ?? tenant.Budget?.PerDay,
                PerMonth = month is null ? tenant.Budget?.PerMonth : perMonth,
            },
        };
    }

    private static Money Cents(string text, string option) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cents)
        && Money.TryFromCents(cents, out var money)
            ? money
            : throw Refusal.Argument($"{option} '{text}' is not a number of cents, zero or more, such as 500 or 0.5.");
}
