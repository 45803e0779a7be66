using System.Text;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Values;
using Aos.Runtime.Documents;

namespace Aos.Cli.Invocation;

/// <summary>Documents that commands are given: files, standard input, or text in an option.</summary>
internal static class Documents
{
    private const int BytesMax = 16 * 1024 * 1024;

    /// <summary>Reads a plan.</summary>
    /// <param name="path">Its file, or <c>-</c>.</param>
    /// <param name="agent">Who is to run it.</param>
    /// <param name="session">The session, for the skills that there are.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="Refusal">It cannot be read or breaks a rule.</exception>
    public static async ValueTask<(Plan Plan, SourceDocument Document)> PlanAsync(
        string path, Agent agent, Session session, CancellationToken cancel)
    {
        var document = await ReadAsync(path, "plan", ErrorCodes.InvalidPlan, cancel).ConfigureAwait(false);
        var read = await session.Target.ReadPlanAsync(document.Utf8, agent, cancel).ConfigureAwait(false);
        return read.Value is { } plan
            ? (plan, document)
            : throw Refuse(ErrorCodes.InvalidPlan, "plan", document, read.Problems);
    }

    /// <summary>Reads the JSON object of an option: text, <c>@file</c> or <c>-</c>. Null where the option is
    /// absent.</summary>
    /// <exception cref="Refusal">It cannot be read, is not JSON or no object.</exception>
    public static async ValueTask<Payload?> InputAsync(string? text, string option, CancellationToken cancel)
    {
        if (await ValueAsync(text, option, cancel).ConfigureAwait(false) is not { } value) return null;
        return value.Element.ValueKind == System.Text.Json.JsonValueKind.Object
            ? value
            : throw Refusal.Of(ErrorCodes.InvalidArgument,
                $"{option} must be a JSON object, such as '{{\"name\":\"value\"}}'.");
    }

    /// <summary>Reads the JSON value of an option: text, <c>@file</c> or <c>-</c>. Null where the option is
    /// absent.</summary>
    /// <exception cref="Refusal">It cannot be read or is not JSON.</exception>
    public static async ValueTask<Payload?> ValueAsync(string? text, string option, CancellationToken cancel)
    {
        if (text is null) return null;
        RequireWhole(text, option);
        var document = text == "-" || text.StartsWith('@')
            ? await ReadAsync(text.TrimStart('@'), option, ErrorCodes.InvalidJson, cancel).ConfigureAwait(false)
            : new SourceDocument(option, Encoding.UTF8.GetBytes(text));
        var read = DocumentReader.ReadValue(document.Utf8);
        return read.Value ?? throw Refuse(ErrorCodes.InvalidJson, option, document, read.Problems);
    }

    /// <summary>Refuses the text of an argument that was not valid UTF-8: the system has put U+FFFD in place of what it
    /// could not read, and what was meant is lost.</summary>
    /// <exception cref="Refusal">It was not.</exception>
    public static void RequireWhole(string text, string what)
    {
        if (text.Contains('\uFFFD', StringComparison.Ordinal))
            throw Refusal.Argument(
                $"{what} is not valid UTF-8 at character {text.IndexOf('\uFFFD', StringComparison.Ordinal) + 1}. "
                + "Where the character U+FFFD itself is meant, write it in a file, or as \\ufffd in JSON.");
    }

    /// <summary>Reads a file, or standard input for <c>-</c>.</summary>
    /// <exception cref="Refusal">It cannot be read or is too large.</exception>
    public static async ValueTask<SourceDocument> ReadAsync(string path, string what, ErrorCode code,
        CancellationToken cancel)
    {
        if (path.Length == 0) throw Refusal.Argument($"The {what} needs the name of a file; an empty text is none.");
        var name = path == "-" ? "standard input" : path;
        if (Directory.Exists(path)) throw Unreadable(code, $"The {what} '{name}' is a folder, and a file is needed.");
        try
        {
            var source = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
            await using (source.ConfigureAwait(false))
                return new SourceDocument(name, await ReadAsync(source, name, code, cancel).ConfigureAwait(false));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unreadable(code, $"The {what} '{name}' was not found"
                + (Path.IsPathRooted(path) ? "." : $" in '{Environment.CurrentDirectory}'."));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unreadable(code, $"The {what} '{name}' cannot be read: {error.Message}");
        }
    }

    // The cures of the catalog are for mistakes inside a document, and there is none that was read.
    private static Refusal Unreadable(ErrorCode code, string message)
    {
        var outcome = Refusal.Describe(code, message);
        return new Refusal(outcome with
        {
            Failure = outcome.Failure! with { Suggestions = [] },
            NextActions =
                new NextActions { Suggested = ["Name a file that is there and can be read, or - for standard input."] },
        });
    }

    /// <summary>The refusal of a document with mistakes.</summary>
    public static Refusal Refuse(ErrorCode code, string what, SourceDocument document, IReadOnlyList<Problem> problems)
    {
        var count = problems.Count == 1 ? "a mistake" : $"{problems.Count} mistakes";
        return Refusal.Of(code, $"The {what} {(document.Name == what ? "" : $"'{document.Name}' ")}has {count}.",
            problems, document);
    }

    private static async ValueTask<byte[]> ReadAsync(Stream source, string name, ErrorCode code,
        CancellationToken cancel)
    {
        using var memory = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await source.ReadAsync(buffer, cancel).ConfigureAwait(false) is > 0 and var count)
        {
            memory.Write(buffer, 0, count);
            if (memory.Length > BytesMax) throw Refusal.Of(code,
                $"'{name}' is larger than {BytesMax / (1024 * 1024)} MiB.");
        }
        return memory.ToArray();
    }
}
