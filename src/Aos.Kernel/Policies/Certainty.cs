namespace Aos.Kernel.Policies;

/// <summary>Whether a rule matches a call of which not everything may be known. Ordered: the lesser of two is their
/// conjunction.</summary>
internal enum Certainty
{
    No,
    Maybe,
    Yes,
}

internal static class Certain
{
    public static Certainty If(bool holds) => holds ? Certainty.Yes : Certainty.No;

    public static Certainty And(Certainty left, Certainty right) => left < right ? left : right;

    public static Certainty Not(Certainty one) => (Certainty)(Certainty.Yes - one);
}
