using System.CommandLine;
using Aos.Client;

namespace Aos.Cli.Invocation;

/// <summary>The options that keep two writers of a document from overwriting each other.</summary>
internal sealed class WriteConditions
{
    private readonly Option<bool> _isNew =
        new("--create") { Description = "Only while there is none of that name yet" };

    private readonly Option<string?> _match = new("--if-match")
    {
        Description = "Only while it still has this ETag, as `show` prints it",
        HelpName = "ETAG",
    };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="writes">Whether it writes, rather than removes.</param>
    public void AddTo(Command command, bool writes)
    {
        if (writes) command.Add(_isNew);
        command.Add(_match);
    }

    /// <exception cref="Refusal">The options contradict one another.</exception>
    public Condition Read(Session session) => (session.Value(_isNew), session.Value(_match)) switch
    {
        (true, not null) => throw Refusal.Argument("--create and --if-match were both given: what is new has no ETag."),
        (true, _) => Condition.Absent,
        (_, { } tag) => Condition.Unchanged(tag),
        _ => default,
    };
}
