using Aos.Abstractions.Skills;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Skills.Standard.Http;

namespace Aos.Skills.Standard.Mcp;

/// <summary>A tool of an MCP server, as a skill under the contract that the operator accepted.</summary>
internal sealed class McpSkill(McpImport import, McpPin pin, McpServer server, McpSuspender suspender) : ISkill
{
    private string? _suspended = pin.Suspended is null ? null
        : $"{Name(import, pin)} is suspended since {pin.Suspended.At:u}: the server describes the tool otherwise "
            + "than it was accepted.";

    /// <inheritdoc />
    public SkillContract Contract { get; } = pin.ReadContract();

    /// <inheritdoc />
    public IReadOnlyList<Problem> FindGaps(SkillCall call)
    {
        if (Volatile.Read(ref _suspended) is { } why) return [new Problem("", ErrorCodes.SkillSuspended, why)];
        if (server.Spec.Url is not { } url) return [];
        var gap = !EgressPolicy.TryParse(call.Network, out var policy, out var mistake)
            ? $"The profile's network has the entry '{mistake}', which is not {NetworkEntry.Rule}."
            : EgressGuard.FindGap(url, policy);
        return gap is null ? [] : [new Problem("", ErrorCodes.EgressDenied, gap)];
    }

    /// <inheritdoc />
    public async ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel)
    {
        if (Volatile.Read(ref _suspended) is { } why) return NotMade(why);
        McpConnection connection;
        try
        {
            var (values, failure) = await server.ResolveAsync(call.Secrets, cancel).ConfigureAwait(false);
            if (values is null) return failure!;
            connection = await server.ConnectAsync(call, values, cancel).ConfigureAwait(false);
            if (await JudgeAsync(connection, cancel).ConfigureAwait(false) is { } changed) return changed;
        }
        catch (McpUnavailableException failure)
        {
            return McpFailures.NotMade(failure);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Better than not knowing: nothing was asked of the tool yet.
            return SkillResult.Failure(
                ErrorCodes.Cancelled, $"'{server.Spec.Describe()}' was not ready; the call was not made.",
                EffectState.None);
        }
        try
        {
            var answer = await connection.CallAsync(pin.Tool, call.Input.Element, call.IdempotencyKey, cancel)
                .ConfigureAwait(false);
            return ToolAnswer.Of(answer, import.Name, pin.Tool, call.Effect);
        }
        catch (Exception failure) when (McpFailures.IsOfServers(failure))
        {
            if (failure is ModelContextProtocol.McpProtocolException)
                return McpFailures.OfCall(failure, server.Spec, isTooLong: false, fate: null);
            connection.Break();
            var fate = connection.IsTooLong ? null : await connection.FateAsync().ConfigureAwait(false);
            return McpFailures.OfCall(failure, server.Spec, connection.IsTooLong, fate);
        }
    }

    // Every tool of the server is compared, so that one which nobody calls is suspended as well.
    private async ValueTask<SkillResult?> JudgeAsync(McpConnection connection, CancellationToken cancel)
    {
        IReadOnlyList<ToolDefinition> tools;
        try
        {
            tools = await connection.ListAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (McpFailures.IsOfServers(failure))
        {
            connection.Break();
            throw McpFailures.Unavailable(failure, server.Spec, await connection.FateAsync().ConfigureAwait(false));
        }
        var offered = tools.FirstOrDefault(tool => tool.Name == pin.Tool);
        if (offered is null) return NotMade($"The MCP server '{import.Name}' no longer offers the tool '{pin.Tool}'.");
        if (offered.Hash == pin.Hash) return null;
        var why = $"{Contract.Name} is "
            + $"suspended: {offered.Mistake ?? $"the MCP server '{import.Name}' now describes the tool otherwise than it was accepted"}.";
        Volatile.Write(ref _suspended, why);
        var unkept = offered.Mistake is null
            ? await suspender.SuspendAsync(import.Name, pin, offered, cancel).ConfigureAwait(false) : null;
        return NotMade(why) with { Cause = unkept };
    }

    private SkillResult NotMade(string why) => SkillResult.Failure(ErrorCodes.SkillSuspended,
        $"{why} `aos skills imports {import.Name} --check` shows what changed, `aos skills accept {import.Name}` "
            + "accepts it.", EffectState.None);

    private static string Name(McpImport import, McpPin pin) => $"Tool '{pin.Tool}' of the MCP server '{import.Name}'";
}

/// <summary>Keeps in the file of an import that a skill is suspended, so that it stays so until the operator
/// looks.</summary>
internal sealed class McpSuspender(McpImports imports, TimeProvider time)
{
    /// <returns>Why it could not be kept; null where it was. The skill is suspended in this process all the
    /// same.</returns>
    public async ValueTask<string?> SuspendAsync(
        string import, McpPin pin, ToolDefinition seen, CancellationToken cancel)
    {
        try
        {
            await imports.ChangeAsync(import, known => known is null ? null : known with
            {
                Tools =
                    [.. known.Tools.Select(one => one.Tool == pin.Tool && one.Hash == pin.Hash && one.Suspended is null
                    ? one with
                    {
                        Suspended =
                            new McpSuspension { At = time.GetUtcNow(), Hash = seen.Hash, Definition = seen.Value }
                    } : one)],
            }, time, cancel).ConfigureAwait(false);
            return null;
        }
        catch (McpImportException failure)
        {
            return $"The suspension could not be kept: {failure.Message}";
        }
    }
}
