using System.Text;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Kernel.Runs;

/// <summary>What a decision is bound to: who is shown a request and decides on it sends this digest back, and a
/// decision on anything else is refused.</summary>
public static class ApprovalBinding
{
    /// <summary>The digest over tenant, run, request, step, item, skill and version, input, role, quorum and
    /// expiry.</summary>
    public static Digest Of(string tenant, RunId run, RunEvent.ApprovalRequested request)
    {
        // Each part on a line of its own. No part can hold a line feed but the tenant and the role, whose lengths are
        // said.
        var text = string.Create(null, $"""
            aos approval 1
            {tenant.Length} {tenant}
            {run}
            {request.ApprovalId}
            {request.StepId}
            {request.Item}
            {request.Skill}@{request.SkillVersion}
            {request.InputDigest}
            {request.Role.Length} {request.Role}
            {request.Quorum ?? 1}
            {request.ExpiresAt.UtcTicks}
            """);
        return Digest.Of(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n")));
    }
}
