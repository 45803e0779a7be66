using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Simulation.Tests.World;

/// <summary>How the remote side treats one request.</summary>
internal enum BehaviourKind
{
    /// <summary>It does what was asked, and says so.</summary>
    Answers,

    /// <summary>It refuses, and nothing happened.</summary>
    Refuses,

    /// <summary>It fails; whether something happened, nobody hears.</summary>
    Breaks,

    /// <summary>It says that it failed, after it had done what was asked.</summary>
    FailsAfterwards,

    /// <summary>It answers after the time that the attempt has.</summary>
    AnswersLate,

    /// <summary>It never answers; the skill stops when it is told to.</summary>
    Hangs,

    /// <summary>It never answers, and the skill does not stop.</summary>
    HangsForEver,

    /// <summary>The skill throws.</summary>
    Throws,

    /// <summary>The skill returns garbage.</summary>
    Garbles,
}

/// <summary>What becomes of one request.</summary>
internal sealed record Behaviour(
    BehaviourKind Kind, string Code, bool Happens, Money Charge, TimeSpan Latency, TimeSpan? RetryAfter, ulong Draw)
{
    // Some may be tried again and some may not.
    private static readonly string[] Refusals =
        ["RATE_LIMITED", "HTTP_503", "CONNECTION_REFUSED", "HTTP_404", "HTTP_400"];
    private static readonly string[] Breaks = ["CONNECTION_RESET", "HTTP_500", "HTTP_504", "OWN_CODE"];

    /// <summary>The behaviour that follows from the seed and what is asked, not from when.</summary>
    public static Behaviour Of(ulong seed, string request, bool fails, Money worst)
    {
        var dice = new Dice(Dice.Hash(seed, request));
        var roll = fails ? dice.Below(100) : -1;
        var kind = roll switch
        {
            < 0 => BehaviourKind.Answers,
            < 40 => BehaviourKind.Refuses,
            < 62 => BehaviourKind.Breaks,
            < 70 => BehaviourKind.FailsAfterwards,
            < 80 => BehaviourKind.AnswersLate,
            < 87 => BehaviourKind.Hangs,
            < 91 => BehaviourKind.HangsForEver,
            < 96 => BehaviourKind.Throws,
            _ => BehaviourKind.Garbles,
        };
        var happens = kind switch
        {
            BehaviourKind.Refuses => false,
            BehaviourKind.Answers or BehaviourKind.FailsAfterwards or BehaviourKind.Garbles => true,
            _ => dice.Chance(500),
        };
        var latency =
            TimeSpan.FromMicroseconds(dice.Chance(800) ? dice.Between(1, 20_000) : dice.Between(20_000, 900_000));
        if (kind == BehaviourKind.AnswersLate) latency = TimeSpan.FromMilliseconds(dice.Between(1_000, 6_000));
        return new Behaviour(kind,
            kind == BehaviourKind.Refuses ? dice.Pick(Refusals) : dice.Pick(Breaks),
            happens,
            happens && worst > Money.Zero ? new Money((long)(dice.Next() % (ulong)(worst.NanoUsd + 1))) : Money.Zero,
            latency,
            kind == BehaviourKind.Refuses && dice.Chance(200)
                ? TimeSpan.FromMilliseconds(dice.Between(0, 3_000)) : null,
            dice.Next());
    }

    /// <summary>Whether the effect happened, as far as the skill can tell.</summary>
    public EffectState Told => Kind switch
    {
        BehaviourKind.Refuses => EffectState.None,
        BehaviourKind.FailsAfterwards or BehaviourKind.Answers => EffectState.Happened,
        _ => EffectState.Unknown,
    };
}
