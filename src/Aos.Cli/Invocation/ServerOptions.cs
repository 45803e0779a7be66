using System.CommandLine;
using System.Text.Json;
using Aos.Contracts.Secrets;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Mcp;

namespace Aos.Cli.Invocation;

/// <summary>The options that say how an MCP server is reached.</summary>
internal sealed class ServerOptions
{
    private readonly Option<string?> _command =
        new("--command") { Description = "The server as a command line; no shell sees it", HelpName = "TEXT" };
    private readonly Option<string?> _url =
        new("--url") { Description = "The server as an address that speaks Streamable HTTP", HelpName = "URL" };

    private readonly Option<string[]> _env = new("--env")
    {
        Description =
            "A variable for the command: NAME=TEXT, or NAME={\"$secret\":\"SECRET\"}; may be given several times",
        HelpName = "NAME=VALUE",
    };

    private readonly Option<string[]> _header = new("--header")
    {
        Description =
            "A header for the address: NAME=TEXT, or NAME=Bearer {\"$secret\":\"SECRET\"}; may be given several times",
        HelpName = "NAME=VALUE",
    };

    private readonly Option<string?> _directory = new("--directory")
    {
        Description = "Folder that the command is started in (default: this one)",
        HelpName = "DIR"
    };
    private readonly Option<string?> _connect = new("--connect-timeout-ms")
    {
        Description = "Milliseconds until the server must answer (default: 60000)",
        HelpName = "N"
    };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_command, _url, _env, _header, _directory, _connect]) command.Add(option);
    }

    /// <exception cref="Refusal">The options contradict one another, or one is wrong.</exception>
    public McpServerSpec Read(Session session)
    {
        var (command, url) = (session.Value(_command), session.Value(_url));
        var (env, headers) = (session.Value(_env) ?? [], session.Value(_header) ?? []);
        if ((command is null) == (url is null))
            throw Refusal.Argument("Name the server with --command or with --url, one of them.");
        if (command is null && env.Length > 0)
            throw Refusal.Argument("--env is for servers that are started with --command.");
        if (url is null && headers.Length > 0)
            throw Refusal.Argument("--header is for servers that are reached with --url.");
        if (command is null && session.Value(_directory) is not null)
            throw Refusal.Argument("--directory is for servers that are started with --command.");
        var timeout = Numbers.Positive(session.Value(_connect), "--connect-timeout-ms", 600_000);
        return command is not null ? OfCommand(session, command, env) with { ConnectTimeoutMs = timeout }
            : new McpServerSpec
            {
                Url = AddressOf(url!),
                Headers = Values(headers, "--header"),
                ConnectTimeoutMs = timeout
            };
    }

    private McpServerSpec OfCommand(Session session, string command, string[] env)
    {
        var words = CommandWords.Split(command, "--command");
        var directory = Path.GetFullPath(session.Value(_directory) ?? ".");
        if (!Directory.Exists(directory)) throw Refusal.Argument($"--directory '{directory}' is not there.");
        return new McpServerSpec
        {
            Command = words[0],
            Arguments = words.Count > 1 ? [.. words.Skip(1)] : null,
            Directory = directory,
            Environment = Values(env, "--env"),
        };
    }

    private static Uri AddressOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        && url.UserInfo.Length == 0 && url.IdnHost.Length > 0
        ? url
        : throw Refusal.Argument($"--url '{text}' is no http or https address without user name.");

    private static Dictionary<string, McpValue>? Values(string[] given, string option)
    {
        if (given.Length == 0) return null;
        var values = new Dictionary<string, McpValue>(StringComparer.Ordinal);
        foreach (var text in given)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at < 1) throw Refusal.Argument($"{option} needs NAME=VALUE.");
            if (!values.TryAdd(text[..at], ValueOf(text[(at + 1)..], option)))
                throw Refusal.Argument($"{option} has {text[..at]} twice.");
        }
        return values;
    }

    private static McpValue ValueOf(string text, string option)
    {
        var at = text.IndexOf("{\"" + SecretReference.Member, StringComparison.Ordinal);
        if (at < 0) return new McpValue { Text = text };
        try
        {
            var element = Payload.FromUtf8(System.Text.Encoding.UTF8.GetBytes(text[at..])).Element;
            if (SecretReference.TryRead(element, out var secret))
                return new McpValue { Prefix = at == 0 ? null : text[..at], Secret = secret.Value };
        }
        catch (JsonException)
        {
            // Said below, without the text, which may hold what is no reference but the secret itself.
        }
        throw Refusal.Argument($"{option} has a reference to a secret that is not {{\"{SecretReference.Member}\": "
            + $"\"NAME\"}}; NAME is {SecretName.Rule}.");
    }
}
