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
