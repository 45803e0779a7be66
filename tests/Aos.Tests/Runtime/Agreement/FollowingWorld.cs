using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Testing.Runs;

namespace Aos.Tests.Runtime.Agreement;

/// <summary>A world that follows the estimates: every call costs and takes what its contract says, people and signals
/// come at once. What its answers say, which no estimate speaks of, is drawn: now and then a condition does not hold, a
/// list has another length than one, or a member is missing.</summary>
internal sealed class FollowingWorld(ulong seed) : ScriptedWorld
{
    public override ScriptedAnswer Answer(Effect.InvokeSkill attempt)
    {
        var expected = attempt.Skill.Latency!.ExpectedMs;
        if (expected > attempt.TimeoutMs)
            return ScriptedAnswer.Fail("TIMEOUT").After(attempt.TimeoutMs) with { Cost = attempt.Reserved };
        var draw = Draw(attempt.Call);
        var ok = (draw & 15) != 0 ? "true" : "false";
        var number = (draw >> 8 & 31) == 0 ? "" : $"\"n\":{draw >> 16 & 7},";
        if ((draw >> 24 & 15) == 0) number = "\"n\":9,";
        var items = (draw >> 32 & 7) == 0 ? draw >> 40 & 3 : 1;
        var list = string.Join(',', Enumerable.Range(0, (int)items).Select(i => $"{{\"n\":{i}}}"));
        return (ScriptedAnswer.Ok(
            $"{{{number}\"ok\":{ok},\"items\":[{list}]}}") with
        { Cost = attempt.Skill.Cost?.Expected ?? Money.Zero })
            .After(expected);
    }

    public override ScriptedDecision Decide(RunEvent.ApprovalRequested request) => new(Approved: true, DelayMs: 0);

    public override ScriptedSignal Signal(RunEvent.WaitStarted wait) => new(DelayMs: 0);

    private ulong Draw(CallKey call) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {call}")));
}
