using Aos.Contracts.Skills;
using Aos.Skills.Standard.Mcp;

namespace Aos.Cli.Rendering;

/// <summary>How an imported tool stands.</summary>
internal enum ToolStatus
{
    Accepted,
    Suspended,
    Changed,
    Missing,
}

/// <summary>One imported tool, with what the server says of it now where that is something else.</summary>
internal sealed record ToolState(McpPin Pin, SkillContract Contract, ToolStatus Status, Contracts.Values.Payload? Now);

/// <summary>An import, and what of it still holds.</summary>
/// <param name="Import">The import.</param>
/// <param name="Tools">Its tools.</param>
/// <param name="Others">Tools that the server offers and that were not imported; null where it was not asked.</param>
internal sealed record ImportState(McpImport Import, IReadOnlyList<ToolState> Tools, IReadOnlyList<string>? Others)
{
    /// <param name="import">The import.</param>
    /// <param name="offer">What the server offers now; null where it was not asked.</param>
    public static ImportState Of(McpImport import, McpOffer? offer) => new(import,
        [.. import.Tools.Select(pin => Of(pin, offer))],
        offer is null
            ? null : [
                .. offer.Tools.Select(tool => tool.Name)
                    .Except(import.Tools.Select(pin => pin.Tool), StringComparer.Ordinal)]);

    private static ToolState Of(McpPin pin, McpOffer? offer)
    {
        var contract = pin.ReadContract();
        if (offer is not null)
        {
            if (offer.Tools.FirstOrDefault(tool => tool.Name == pin.Tool) is not { } tool)
                return new ToolState(pin, contract, ToolStatus.Missing, null);
            if (tool.Hash != pin.Hash) return new ToolState(pin, contract, ToolStatus.Changed, tool.Value);
        }
        return new ToolState(
            pin, contract, pin.Suspended is null ? ToolStatus.Accepted : ToolStatus.Suspended,
            pin.Suspended?.Definition);
    }
}
