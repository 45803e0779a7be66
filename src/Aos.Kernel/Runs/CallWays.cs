using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Kernel.Runs;

/// <summary>The ways in which a call can be made, and how far they were tried. Immutable.</summary>
/// <param name="Quote">What the skill said last; null while it is asked for the first time.</param>
/// <param name="Taken">The way that is taken now; null: the first.</param>
/// <param name="Attempts">Attempts started in it.</param>
/// <param name="Switches">How often another way was taken than before.</param>
public sealed record CallWays(RunEvent.CallQuoted? Quote, string? Taken, int Attempts, int Switches)
{
    /// <summary>Whether another way may be taken: each but the first once, also where the skill names others each
    /// time.</summary>
    internal bool CanSwitch => Switches < Quote!.Ways.Count - 1;

    /// <summary>The place among the ways of the one that is taken now.</summary>
    internal int Place
    {
        get
        {
            for (var i = 0; Taken is not null && i < Quote!.Ways.Count; i++)
                if (string.Equals(Quote.Ways[i].Name, Taken, StringComparison.Ordinal)) return i;
            return 0;
        }
    }

    /// <summary>Another way is to be taken.</summary>
    internal CallWays Switch(string way) => this with { Taken = way, Attempts = 0, Switches = Switches + 1 };

    /// <summary>An attempt started. Where it is made in another way than was to be taken, for want of money, its
    /// attempts are counted anew; but not for ever, where the skill gives its ways new names each time.</summary>
    internal CallWays Started(string? way) =>
        Taken is null || string.Equals(Taken, way, StringComparison.Ordinal) || !CanSwitch
            ? this with { Taken = way, Attempts = Attempts + 1 }
            : this with { Taken = way, Attempts = 1, Switches = Switches + 1 };

    /// <summary>The next way after a place that takes a failure over; null where there is none.</summary>
    internal int? After(int place, ErrorCode failure, FailureIndex catalog)
    {
        for (var i = place + 1; i < Quote!.Ways.Count; i++)
            if (TakesOver(Quote.Ways[i], failure, catalog)) return i;
        return null;
    }

    private static bool TakesOver(QuotedWay way, ErrorCode failure, FailureIndex catalog)
    {
        var category = CategoryNames.Of(catalog.CategoryOf(failure));
        foreach (var reason in way.On)
            if (string.Equals(reason, failure.Value, StringComparison.Ordinal)
                || string.Equals(reason, category, StringComparison.Ordinal))
                return true;
        return false;
    }
}

/// <summary>The names that categories have in documents.</summary>
internal static class CategoryNames
{
    private static readonly string[] Names =
        [.. Enum.GetNames<FailureCategory>().Select(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    public static string Of(FailureCategory category) => Names[(int)category];
}
