using System.Text.Json;
using Aos.Contracts.Expressions;
using Aos.Contracts.Json;
using Aos.Contracts.Plans;
using Aos.Contracts.Values;

namespace Aos.Kernel.Plans;

/// <summary>What ends a wait.</summary>
public enum WaitKind
{
    /// <summary>So much time has passed.</summary>
    Duration,

    /// <summary>A moment has come.</summary>
    Moment,

    /// <summary>A signal has come.</summary>
    Signal,
}

/// <summary>A wait of a step, compiled.</summary>
/// <param name="Kind">What ends it.</param>
/// <param name="Value">The template of the duration, the moment or the name.</param>
/// <param name="TimeoutMs">Milliseconds until a signal is waited for no longer; null for as long as the run may
/// take.</param>
public sealed record WaitProgram(WaitKind Kind, Template Value, long? TimeoutMs)
{
    /// <summary>The longest wait in milliseconds that a plan can name: a hundred years.</summary>
    public const long LongestMs = 100L * 365 * 24 * 3600 * 1000;

    /// <summary>Compiles a wait that <see cref="PlanValidator"/> accepted.</summary>
    public static WaitProgram Compile(WaitSpec spec) =>
        new(KindOf(spec), Template.Compile(ValueOf(spec)), spec.TimeoutMs);

    internal static WaitKind KindOf(WaitSpec spec) =>
        spec.Signal is not null ? WaitKind.Signal : spec.Until is not null ? WaitKind.Moment : WaitKind.Duration;

    internal static string MemberOf(WaitKind kind) =>
        kind switch { WaitKind.Signal => "signal", WaitKind.Moment => "until", _ => "for_ms" };

    /// <summary>The document of the template.</summary>
    internal static Payload ValueOf(WaitSpec spec) =>
        spec.ForMs ?? Payload.FromUtf8(ExpressionValue.FromString(spec.Signal ?? spec.Until ?? "").ToCanonicalUtf8());

    /// <summary>Reads what a template came to.</summary>
    /// <returns>The wait; or what is wrong with the value.</returns>
    internal static (WaitValue? Value, string? Mistake) Read(WaitKind kind, Payload value)
    {
        var element = value.Element;
        return kind switch
        {
            WaitKind.Duration => element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var ms)
                && ms is >= 0 and <= LongestMs
                ? (new WaitValue(null, ms, null), null)
                : (null, $"for_ms is {Shown(value)}, which is no whole number of milliseconds from 0 to {LongestMs}."),
            WaitKind.Moment => TryReadMoment(element, out var at)
                ? (new WaitValue(null, null, at), null)
                : (null, $"until is {Shown(value)}, which is no moment such as \"2026-01-02T03:04:05Z\"."),
            _ => element.ValueKind == JsonValueKind.String && SignalName.TryParse(element.GetString(), out var name)
                ? (new WaitValue(name, null, null), null)
                : (null, $"signal is {Shown(value)}, which is no {SignalName.Rule[2..]}."),
        };
    }

    // A moment without an offset would mean another on another machine.
    private static bool TryReadMoment(JsonElement element, out DateTimeOffset at)
    {
        at = default;
        if (element.ValueKind != JsonValueKind.String || element.GetString() is not { Length: > 6 } text) return false;
        if (!text.EndsWith('Z') && text[^6] is not ('+' or '-')) return false;
        if (!element.TryGetDateTimeOffset(out var read)) return false;
        at = Runs.Moments.Exact(read);
        return true;
    }

    private static string Shown(Payload value)
    {
        var text = System.Text.Encoding.UTF8.GetString(CanonicalJson.ToBytes(value.Element));
        return text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 77), "…");
    }
}

/// <summary>What a wait came to: one of the three.</summary>
/// <param name="Signal">The name of the signal.</param>
/// <param name="ForMs">The milliseconds.</param>
/// <param name="Until">The moment.</param>
internal readonly record struct WaitValue(SignalName? Signal, long? ForMs, DateTimeOffset? Until);
