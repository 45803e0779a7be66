using Aos.Contracts.Values;

namespace Aos.Contracts.Runs;

/// <summary>A person or a service, as a server that tells people apart knows them.</summary>
public sealed record Principal
{
    /// <summary>Who, by a name that belongs to nobody else.</summary>
    public required string Subject { get; init; }

    /// <summary>Their roles.</summary>
    public ValueList<string> Roles { get; init; }
}
