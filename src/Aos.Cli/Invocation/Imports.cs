using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Mcp;

namespace Aos.Cli.Invocation;

/// <summary>What commands do with imports.</summary>
internal static class Imports
{
    /// <summary>The imports of the data folder.</summary>
    public static McpImports Of(Session session) => new(session.Data);

    /// <summary>An import, and one of its tools where the name is that of a skill.</summary>
    /// <exception cref="Refusal">There is none of that name.</exception>
    public static (McpImport Import, McpPin? Pin) Find(Session session, string name)
    {
        var all = Guard(() => Of(session).ReadAll());
        if (all.FirstOrDefault(import => import.Name == name) is { } found) return (found, null);
        foreach (var import in all)
            if (import.Tools.FirstOrDefault(pin => pin.ReadContract().Name.Value == name) is { } pin)
                return (import, pin);
        throw Refusal.Argument($"There is no import and no imported skill '{name}'"
            + (all.Count == 0
                ? "; nothing was imported." : $"; there are {string.Join(", ", all.Select(import => import.Name))}."));
    }

    /// <summary>Asks a server what it offers.</summary>
    /// <param name="session">The session.</param>
    /// <param name="server">The server.</param>
    /// <param name="network">What may be reached besides the address of the server itself.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="Refusal">It cannot be asked.</exception>
    public static ValueTask<McpOffer> AskAsync(
        Session session, McpServerSpec server, IEnumerable<string> network, CancellationToken cancel) =>
        GuardAsync(() => McpOffer.AskAsync(server, new OperatorSecrets(session.Data),
            ValueList.From(server.NetworkEntryNeeded() is { } own ? network.Prepend(own) : network),
            session.Time, cancel));

    /// <summary>The class that the operator gave a tool.</summary>
    public static EffectClass EffectOf(SkillContract contract) => contract.Effect?.Default ?? EffectClass.Once;

    public static T Guard<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (McpImportException failure)
        {
            throw Refusal.Of(failure.Code, failure.Message);
        }
    }

    public static async ValueTask<T> GuardAsync<T>(Func<ValueTask<T>> act)
    {
        try
        {
            return await act().ConfigureAwait(false);
        }
        catch (McpImportException failure)
        {
            throw Refusal.Of(failure.Code, failure.Message);
        }
    }
}
