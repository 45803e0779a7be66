namespace Aos.Cli.Invocation;

/// <summary>The tenants of a store of this machine.</summary>
internal static class Tenants
{
    /// <summary>The one that holds where none is named, as on a server that was told of no other.</summary>
    public const string Own = "local";
}
