using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Runtime.Runs;

namespace Aos.Runtime.Effects;

/// <summary>Asks skills what calls would cost. Whatever a skill does, there is an answer.</summary>
internal sealed class QuoteRunner(ISkillRegistry registry, TimeProvider time, IWorkQueue work)
{
    private const int WaysMax = 16;
    private const int NameMax = 200;

    // A million dollars: what is above is a slip of units, and would overflow sums.
    private static readonly Money CostMax = Money.FromCents(100_000_000);

    /// <summary>How long a skill may take. It only looks things up.</summary>
    private static readonly TimeSpan QuoteTime = TimeSpan.FromSeconds(30);

    /// <summary>Asks a skill. The moment of the answer is not set.</summary>
    public async ValueTask<RunEvent.CallQuoted> QuoteAsync(Effect.QuoteCall asked, SkillCall call)
    {
        if (!registry.TryGet(asked.Skill.Name, asked.Skill.Version, out var skill))
            return Missing(asked);
        using var timeout = new CancellationTokenSource(QuoteTime, time);
        try
        {
            var answered = await Supervision.CallAsync(
                _ => new ValueTask<SkillQuote>(skill.Quote(call)), inline: false, time, work, timeout.Token)
                .ConfigureAwait(false);
            return answered.Returned ? Checked(asked, answered.Value)
                : Refused(asked, ErrorCodes.SkillUnresponsive, $"{asked.Skill.Name} did not say what the call costs.");
        }
        catch (Exception error)
        {
            return Defect(asked, $"{error.GetType().Name}: {error.Message}");
        }
    }

    /// <summary>The answer where there is no such skill.</summary>
    public static RunEvent.CallQuoted Missing(Effect.QuoteCall asked) =>
        Refused(
            asked, ErrorCodes.SkillVersionMissing, $"{asked.Skill.Name}@{asked.Skill.Version} is not registered here.");

    /// <summary>What a quote of a skill comes to.</summary>
    public static RunEvent.CallQuoted Checked(Effect.QuoteCall asked, SkillQuote? quote)
    {
        if (quote is null) return Defect(asked, "it quoted null");
        if (quote.Code.Value is null) return Defect(asked, "it refused to quote without a code");
        if (quote.Code != ErrorCodes.Ok)
            return Refused(asked, quote.Code, ForeignText.Of(quote.Message) ?? "The call cannot be made.") with
            {
                Problems = ForeignText.Of(quote.Problems)
            };
        if (quote.Ways.IsEmpty || quote.Ways.Count > WaysMax)
            return Defect(asked, $"it quoted {quote.Ways.Count} ways");
        foreach (var way in quote.Ways)
            if (way is not { Name.Length: > 0 and <= NameMax, Code.Value: not null }
                || way.Worst < Money.Zero || way.Worst > CostMax || way.Expected < Money.Zero
                || way.Expected > way.Worst)
                return Defect(asked, $"its quote of '{ForeignText.Of(way?.Name)}' is none");
        if (quote.Ways.Select(way => way.Name).Distinct(StringComparer.Ordinal).Count() < quote.Ways.Count)
            return Defect(asked, "it quoted two ways of one name");
        return Answer(asked, ErrorCodes.Ok) with
        {
            Ways = ValueList.From(quote.Ways.Select(way => way with
            {
                Name = ForeignText.Of(way.Name)!,
                Message = ForeignText.Of(way.Message),
                On = ValueList.From(way.On.Select(reason => ForeignText.Of(reason)!)),
            })),
        };
    }

    private static RunEvent.CallQuoted Answer(Effect.QuoteCall asked, ErrorCode code) => new()
    {
        StepId = asked.Call.Step,
        Item = asked.Call.Item,
        Attempt = asked.Attempt,
        Code = code,
    };

    private static RunEvent.CallQuoted Refused(Effect.QuoteCall asked, ErrorCode code, string message) =>
        Answer(asked, code) with { Message = message };

    private static RunEvent.CallQuoted Defect(Effect.QuoteCall asked, string cause) =>
        Refused(asked, ErrorCodes.InternalError, ForeignText.Of($"{asked.Skill.Name} has a defect: {cause}.")!);
}
