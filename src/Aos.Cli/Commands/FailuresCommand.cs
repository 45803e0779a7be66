using System.CommandLine;
using Aos.Abstractions.Storage;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Runtime;
using Aos.Storage.Sqlite.Backups;

namespace Aos.Cli.Commands;

/// <summary><c>aos failures</c>.</summary>
internal sealed class FailuresCommand : CliCommand
{
    private readonly Argument<string?> _code = new("code")
    {
        Description = "One code, in full (default: list all)",
        HelpName = "CODE",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _export = new("--export")
    {
        Description = "Write every failed attempt of the newest runs to a file, one JSON object a line",
        HelpName = "FILE",
    };

    private readonly Option<string?> _runs = new("--runs")
    {
        Description = "With --export: how many runs, the newest (default: 1000)",
        HelpName = "N",
    };

    private readonly Option<bool> _force =
        new("--force") { Description = "With --export: replace a file that is there" };

    public FailuresCommand()
        : base("failures", "Show what each failure code means, what helps, and what trying again brought")
    {
        Group = CommandGroup.Check;
        Add(_code);
        Add(_export);
        Add(_runs);
        Add(_force);
        _code.CompletionSources.Add(_ => BuiltInCatalog.Instance.Entries
            .Select(entry => new System.CommandLine.Completions.CompletionItem(entry.Code.Value)));
        Examples = [
            ("aos failures TIMEOUT", "the cause, the cure, when it is tried again"),
            ("aos failures --export failures.jsonl", "the failure log")];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        if (session.Value(_export) is { } path) return await ExportAsync(session, path, cancel).ConfigureAwait(false);
        var catalog = Session.Require(await session.Target.CatalogAsync(cancel).ConfigureAwait(false));
        var chosen = session.Value(_code) is { } text ? catalog with { Entries = [Find(catalog, text)] } : catalog;
        IReadOnlyList<RecoveryRecord> records =
            Session.Require(await session.Target.RecoveryAsync(cancel).ConfigureAwait(false)).Items;
        if (session.Value(_code) is not null)
            records = [.. records.Where(record => record.Code == chosen.Entries[0].Code)];
        if (session.Screen.Json) session.Screen.WriteJson(ListText.Of(chosen, records));
        else if (chosen.Entries is [var only]) FailureCatalogView.Show(session.Screen, only, records);
        else FailureCatalogView.ShowAll(session.Screen, chosen, records);
        return ExitCodes.Ok;
    }

    private async Task<int> ExportAsync(Session session, string path, CancellationToken cancel)
    {
        if (path.Length == 0) throw Refusal.Argument("--export needs the name of a file; an empty text is none.");
        var runs = Numbers.Positive(session.Value(_runs), "--runs") ?? 1_000;
        var count = 0;
        try
        {
            await NewFile.WriteAsync(path, session.Value(_force), async draft =>
            {
                var file = new StreamWriter(draft);
                await using var _ = file.ConfigureAwait(false);
                var target = await session.OpenToReadAsync(cancel).ConfigureAwait(false);
                await foreach (var entry in target.FailedAttemptsAsync(runs, cancel).ConfigureAwait(false))
                {
                    await file.WriteLineAsync(System.Text.Encoding.UTF8.GetString(AosJson.Write(entry)))
                        .ConfigureAwait(false);
                    count++;
                }
                return true;
            }).ConfigureAwait(false);
        }
        catch (StoreException error)
        {
            throw Refusal.Of(error.Code, error.Message);
        }
        if (session.Screen.Json)
            session.Screen.WriteJson(ListText.Object(writer =>
            {
                writer.WriteString("file", Path.GetFullPath(path));
                writer.WriteNumber("failures", count);
            }));
        else
            session.Screen.Out.WriteLine($"{Plain.Of(path)}: {Words.Count(count, "failed attempt")}");
        return ExitCodes.Ok;
    }

    private static FailureEntry Find(FailureCatalog catalog, string text)
    {
        var wanted = text.ToUpperInvariant();
        if (catalog.Entries.FirstOrDefault(entry => entry.Code.Value == wanted) is { } found) return found;
        var like = Spelling.Nearest(wanted, catalog.Entries.Select(entry => entry.Code.Value));
        throw Refusal.Argument($"The catalog has no code '{text}'."
            + (like.Count > 0 ? $" Did you mean '{like[0]}'?" : " `aos failures` lists them."));
    }
}
