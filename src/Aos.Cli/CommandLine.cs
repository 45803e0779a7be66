using System.CommandLine;
using Aos.Cli.Commands;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Failures;

namespace Aos.Cli;

/// <summary>From arguments to an exit code: the only place that turns errors into messages.</summary>
internal static class CommandLine
{
    // "@file" belongs to --input; System.CommandLine would read it as a file of arguments.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    public static async Task<int> RunAsync(string[] args, Screen screen, CancellationToken cancel)
    {
        try
        {
            return await ShowAsync(args, screen, cancel).ConfigureAwait(false);
        }
        catch (Exception unwritable) when (IsOfFiles(unwritable))
        {
            // What is shown cannot be shown: the one thing left is to say so on the other stream.
            screen.Error.WriteLine($"aos: the output cannot be written: {unwritable.Message}");
            return ExitCodes.Failed;
        }
    }

    private static bool IsOfFiles(Exception error) => error is IOException or UnauthorizedAccessException;

    private static async Task<int> ShowAsync(string[] args, Screen screen, CancellationToken cancel)
    {
        try
        {
            return await DispatchAsync(args, screen, cancel).ConfigureAwait(false);
        }
        catch (Refusal refusal)
        {
            return FailureView.Show(screen, refusal.Outcome, refusal.Document);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            screen.Error.WriteLine("aos: interrupted");
            return ExitCodes.Interrupted;
        }
        catch (Exception defect)
        {
            // Whatever comes here is a defect of AOS. People get its name and what to do, never a stack trace.
            var message = IsOfFiles(defect)
                ? $"Reading or writing failed: {defect.Message}"
                : $"A defect of AOS: {defect.GetType().Name}: {defect.Message}";
            var place = screen.Json && !IsOfFiles(defect) ? PlaceOf(defect) : null;
            return FailureView.Show(screen, Refusal.Describe(ErrorCodes.InternalError, message, cause: place));
        }
    }

    /// <summary>Where it was thrown, in one line for a report: the innermost three frames.</summary>
    private static string PlaceOf(Exception defect) => string.Join(" < ", (defect.StackTrace ?? "")
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(3));

    private static async Task<int> DispatchAsync(string[] args, Screen screen, CancellationToken cancel)
    {
        var root = CommandTree.Build();
        var parse = root.Command.Parse(args, Parsing);
        var command = parse.CommandResult.Command;
        if (parse.GetValue(root.Help)) return Help(command, screen);
        if (command is CliCommand known)
        {
            UsageCheck.Require(parse);
            var session = new Session(parse, root, screen, ServerChoice.Of(parse, root, known));
            await using (session.ConfigureAwait(false))
                return await RunAsync(known, session, cancel).ConfigureAwait(false);
        }
        if (parse.GetValue(root.Version)) return VersionCommand.Show(screen);
        UsageCheck.RequireKnown(parse);
        return Help(command, screen);
    }

    private static async Task<int> RunAsync(CliCommand command, Session session, CancellationToken cancel)
    {
        try
        {
            return await command.RunAsync(session, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await session.DrainAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static int Help(Command command, Screen screen)
    {
        HelpText.Write(command, screen.Out, screen.Width);
        return ExitCodes.Ok;
    }
}
