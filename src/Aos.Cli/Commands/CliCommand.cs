using System.CommandLine;
using Aos.Cli.Invocation;

namespace Aos.Cli.Commands;

/// <summary>A command: parse, make one call into the runtime, render.</summary>
internal abstract class CliCommand(string name, string description) : Command(name, description)
{
    /// <summary>What help says below the usage, where a sentence is not enough.</summary>
    public string? Details { get; protected init; }

    /// <summary>Command lines that work, with what they do.</summary>
    public IReadOnlyList<(string Line, string Does)> Examples { get; protected init; } = [];

    /// <summary>Under which heading the list of commands shows it.</summary>
    public CommandGroup Group { get; protected init; } = CommandGroup.SetUp;

    /// <summary>What it works on.</summary>
    public CommandReach Reach { get; protected init; } = CommandReach.Anywhere;

    /// <summary>What to do in place of naming a server, in a sentence or two; null where it can be named.</summary>
    public string? Instead { get; protected init; }

    /// <summary>Does it.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="Refusal">What was asked cannot be done.</exception>
    public abstract Task<int> RunAsync(Session session, CancellationToken cancel);
}

/// <summary>The headings of the list of commands.</summary>
internal enum CommandGroup
{
    Run,
    Look,
    Decide,
    Check,
    Keep,
    SetUp,
}

/// <summary>What commands work on.</summary>
internal enum CommandReach
{
    /// <summary>The store of this machine, or a server.</summary>
    Anywhere,

    /// <summary>This machine only. Where the environment names a server that is a mistake.</summary>
    Machine,

    /// <summary>Neither a store nor a server: what the environment names is no concern of it.</summary>
    Nothing,
}
