using System.CommandLine;
using Aos.Cli.Commands;
using Aos.Contracts.Failures;

namespace Aos.Cli.Invocation;

/// <summary>The server that a command is to work on, in place of the store of this machine.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Arguments">The options that named it, as they must be repeated in a command that is suggested; empty
/// where the environment named it.</param>
/// <param name="KeyFile">The file of the key, as it was named with an option; null: the environment has the
/// key.</param>
internal sealed record ServerChoice(Uri Address, string Arguments, string? KeyFile)
{
    private const string Variable = "AOS_SERVER";
    private const int KeyCharactersMax = 16 * 1024;

    /// <summary>What the arguments and the environment name; null: the store of this machine.</summary>
    /// <exception cref="Refusal">The command works on the store of this machine only; or a store and a server were both
    /// named; or the address is none.</exception>
    public static ServerChoice? Of(ParseResult parse, CommandTree tree, CliCommand command)
    {
        var (given, file) = (parse.GetValue(tree.Server), parse.GetValue(tree.KeyFile));
        var hasStore = parse.GetValue(tree.Data) is not null;
        if (given is not null && hasStore)
            throw Refusal.Argument(
                "--server and --data were both given: a command works on a server or on a store of this machine.");
        if (given is not null && command.Instead is { } instead)
            throw Refusal.Argument($"`{NameOf(command)}` works on this machine, and not by way of a server. {instead}");
        if (given is not null && command is { Reach: CommandReach.Nothing, Hidden: false })
            throw Refusal.Argument($"`{NameOf(command)}` concerns neither a store nor a server: leave --server out.");
        if (command.Reach == CommandReach.Nothing) return null;
        var text = given ?? (hasStore ? null : Environment.GetEnvironmentVariable(Variable));
        if (given is null && string.IsNullOrEmpty(text))
            return file is null ? null
                : throw Refusal.Argument($"--key-file is for a server: name it with --server URL or {Variable}.");
        if (command.Instead is { } other)
            throw Refusal.Argument($"{Variable} names a server, and `{NameOf(command)}` works on this machine. {other} "
                + $"Where the store of this machine is meant: --data DIR, or unset {Variable}.");
        var arguments = (given is null ? "" : $" --server {ShellText.Quote(given)}")
            + (file is null ? "" : $" --key-file {ShellText.Quote(file)}");
        return new ServerChoice(AddressOf(text!, given is null ? Variable : "--server"), arguments, file);
    }

    /// <summary>The key: from the file that was named, else from <c>AOS_API_KEY</c>, else from the file that
    /// <c>AOS_API_KEY_FILE</c> names. Never from an argument, which every user of the machine can read.</summary>
    /// <exception cref="Refusal">There is none, or it is none.</exception>
    public string ReadKey()
    {
        if (KeyFile is not null) return FromFile(KeyFile, "--key-file");
        if (Environment.GetEnvironmentVariable("AOS_API_KEY") is { Length: > 0 } key)
            return Check(key.Trim(), "AOS_API_KEY");
        if (Environment.GetEnvironmentVariable("AOS_API_KEY_FILE") is { Length: > 0 } path)
            return FromFile(path, "AOS_API_KEY_FILE");
        throw Refusal.Of(ErrorCodes.Unauthenticated,
            $"There is no key for {Address}. Put it into AOS_API_KEY, or name its file with AOS_API_KEY_FILE or "
                + "--key-file.");
    }

    private static string FromFile(string path, string source)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: > KeyCharactersMax }
                ? throw Refusal.Argument($"{source}: '{path}' is too large to be the file of a key.")
                : Check(File.ReadAllText(path).Trim(), $"{source}: '{path}'");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Refusal.Argument($"{source}: '{path}' cannot be read: {failure.Message}");
        }
    }

    // The text itself is never shown.
    private static string Check(string key, string source) =>
        key.Length is > 0 and <= KeyCharactersMax && key.All(c => c is > ' ' and < (char)127)
        ? key
        : throw Refusal.Argument($"{source} holds no key: one line of letters, digits and signs.");

    private static Uri AddressOf(string text, string source) => Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https" && address.UserInfo.Length == 0 && address.Query.Length == 0
        && address.Fragment.Length == 0
        ? address
        : throw Refusal.Argument($"{source} '{WithoutUser(text)}' is no address of a server, such as "
            + "http://127.0.0.1:7400 or https://aos.example.com. A key is never part of it.");

    // What somebody took for the place of a password is not repeated.
    private static string WithoutUser(string text) =>
        text.LastIndexOf('@') is >= 0 and var at ? "…" + text[at..] : text;

    private static string NameOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent
            ? $"{NameOf(parent)} {command.Name}" : command.Name;
}
