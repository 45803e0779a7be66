using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Kernel.Runs;

/// <summary>Identities that are derived, so that a retry, a crash and a restore use the same ones.</summary>
public static class Identity
{
    /// <summary>The key under which the world is asked: SHA-256 of tenant, run, step, item, main or fallback.
    /// No attempt number, no epoch.</summary>
    public static string IdempotencyKey(RunEvent.RunSubmitted run, CallKey call, bool isFallback)
    {
        var variant = isFallback ? "fallback"u8 : "main"u8;
        Span<byte> text = stackalloc byte[512];
        if (call.Item is null && run.Tenant.Length <= 128
            && Utf8.TryWrite(text, $"{run.Tenant}\n{run.RunId.Value}\n{call.Step.Value}\n\n", out var count)
            && variant.TryCopyTo(text[count..]))
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(text[..(count + variant.Length)], hash);
            return Convert.ToHexStringLower(hash);
        }
        return Hash($"{run.Tenant}\n{run.RunId}\n{call.Step}\n{call.Item}\n{(isFallback ? "fallback" : "main")}");
    }

    /// <summary>The span of a step in its run's trace: 16 hexadecimal digits.</summary>
    internal static string Span(RunId run, StepId step)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> text = stackalloc byte[256];
        if (Utf8.TryWrite(text, $"{run.Value}\n{step.Value}", out var count)) SHA256.HashData(text[..count], hash);
        else SHA256.HashData(Encoding.UTF8.GetBytes($"{run}\n{step}"), hash);
        return Convert.ToHexStringLower(hash[..8]);
    }

    /// <summary>The run that an idempotency key of a caller stands for.</summary>
    public static RunId Run(string tenant, string key) =>
        RunId.Parse($"run_{Hash($"{tenant.Length}\n{tenant}\n{key}")[..32]}");

    /// <summary>The request for a call. One that is made anew after a restore is told from the first by its
    /// epoch.</summary>
    /// <remarks>So is one that is not the first for its call, by its number.</remarks>
    internal static ApprovalId Approval(RunEvent.RunSubmitted run, CallState call, Digest input, int? restored = null)
    {
        var variant = call.IsFallback ? "fallback" : "main";
        var epoch = restored is { } known ? $"\n{known}" : call.Approvals is { Asked: > 0 and var asked }
            ? $"\n#{asked}" : "";
        var text = $"apr_{Hash($"{run.Tenant}\n{run.RunId}\n{call.Key.Step}\n{call.Key.Item}\n{variant}\n{input}{epoch}")[..32]}";
        return ApprovalId.TryParse(text, out var id) ? id : throw new System.Diagnostics.UnreachableException();
    }

    /// <summary>The first 64 bits of a hash, for drawing jitter.</summary>
    internal static ulong Draw(RunId run, CallKey call, int attempt) =>
        Draw($"{run}\n{call.Step}\n{call.Item}\n{attempt}");

    /// <summary>The same for a round of planning, which no step can be called like.</summary>
    internal static ulong DrawForPlanner(RunId run, int round) => Draw($"{run}\n(planner)\n\n{round}");

    /// <summary>The same for a message to an address beyond this process.</summary>
    internal static ulong DrawForDelivery(string delivery, int attempt) => Draw($"{delivery}\n(delivery)\n\n{attempt}");

    private static ulong Draw(string identity)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(identity), hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
