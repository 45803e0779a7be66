using System.CommandLine;
using Aos.Abstractions.Storage;
using Aos.Cli.Invocation;
using Aos.Runtime.Access;

namespace Aos.Cli.Commands;

/// <summary>A command about what is kept for a tenant beside its runs.</summary>
internal abstract class TenantCommand : CliCommand
{
    /// <summary>The longest time that what is replaced goes on to hold: 30 days.</summary>
    protected const int OverlapMinutesMax = 30 * 24 * 60;

    private readonly Option<string?> _tenant = new("--tenant")
    {
        Description = $"The tenant (default: {Tenants.Own}); on a server it is that of the key",
        HelpName = "NAME",
    };

    protected TenantCommand(string name, string description) : base(name, description) => Add(_tenant);

    public sealed override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var named = session.Value(_tenant);
        if (named is not null && session.IsRemote)
            throw Refusal.Argument(
                "--tenant is for the store of this machine: on a server the tenant is that of the key.");
        if (named is not null && !Rights.IsName(named))
            throw Refusal.Argument($"--tenant '{named}' is no name of a tenant.");
        try
        {
            await DoAsync(session, named ?? Tenants.Own, cancel).ConfigureAwait(false);
            return ExitCodes.Ok;
        }
        catch (StoreException error)
        {
            throw Refusal.Of(error.Code, error.Message);
        }
    }

    /// <summary>Does it, and says so.</summary>
    /// <param name="session">The session.</param>
    /// <param name="tenant">The tenant, of a store of this machine.</param>
    /// <param name="cancel">Ends the wait.</param>
    protected abstract ValueTask DoAsync(Session session, string tenant, CancellationToken cancel);

    /// <summary>Prints something that is shown once: alone on standard output, and what it is beside it.</summary>
    protected static void ShowOnce(Session session, string? secret, string about)
    {
        if (secret is not null) session.Screen.Out.WriteLine(secret);
        session.Screen.Error.WriteLine($"aos: {about}{(secret is null ? "" : " It is shown this once.")}");
    }
}
