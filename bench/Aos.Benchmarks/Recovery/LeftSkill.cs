using Aos.Abstractions.Skills;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Benchmarks.Recovery;

/// <summary>A step that writes down that it was called, under its idempotency key, and can be made to hang.</summary>
internal sealed class LeftSkill(string name, EffectClass effect, string arrivals, bool hangs, Action onHang) : ISkill
{
    private static readonly Lock Gate = new();

    public SkillContract Contract { get; } = new()
    {
        Name = SkillName.Parse(name),
        Version = SkillVersion.Parse("1.0.0"),
        Description = "Counts its calls.",
        InputSchema = Payload.FromUtf8("""{"type":"object"}"""u8.ToArray()),
        OutputSchema = Payload.Empty,
        Effect = new EffectRule { Default = effect },
    };

    public async ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel)
    {
        lock (Gate) File.AppendAllText(arrivals, call.IdempotencyKey + "\n");
        if (!hangs) return SkillResult.Success(Payload.Empty);
        onHang();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
        return SkillResult.Success(Payload.Empty);
    }
}
