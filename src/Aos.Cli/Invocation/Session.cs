using System.CommandLine;
using Aos.Abstractions.Storage;
using Aos.Cli.Rendering;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Storage.Sqlite;

namespace Aos.Cli.Invocation;

/// <summary>One call of the command line: its arguments, its screen and, once a command needs it, the runtime.</summary>
internal sealed class Session(ParseResult parse, CommandTree tree, Screen screen) : IAsyncDisposable
{
    private string? _data;
    private SqliteStore? _store;
    private AosRuntime? _runtime;
    private SkillSet? _skills;

    public Screen Screen { get; } = screen;

    public TimeProvider Time { get; } = TimeProvider.System;

    public CommandTree Tree { get; } = tree;

    /// <summary>Whether <c>--data</c> was given.</summary>
    public bool HasData => GivenData is not null;

    /// <summary>The folder of the store.</summary>
    public string Data => DataFolder.Of(GivenData);

    /// <summary><c>--data DIR</c> as it must be repeated in a command that is suggested; empty where it was not given.</summary>
    public string DataArgument => GivenData is { } given ? $" --data {ShellText.Quote(given)}" : "";

    /// <summary>How this program was called, for commands that are suggested. The launcher says it.</summary>
    public string Program { get; } = Environment.GetEnvironmentVariable("AOS_COMMAND") is { Length: > 0 } name ? name : "aos";

    private string? GivenData => _data ?? parse.GetValue(Tree.Data);

    /// <summary>Puts the store somewhere else than the arguments say; before it is opened.</summary>
    public void UseData(string folder) => _data = folder;

    /// <summary>A command line that can be copied.</summary>
    public string Suggest(string command) => $"{Program} {command}{DataArgument}";

    /// <summary>The skills that this program offers.</summary>
    public SkillSet Skills => _skills ??= SkillSet.Standard(Time);

    /// <summary>Says on standard error what a profile asks for in vain.</summary>
    public void Warn(AosRuntime runtime, Agent agent)
    {
        foreach (var problem in runtime.Examine(agent.Profile)) Screen.Error.WriteLine($"warning: "
            + FailureView.Describe(problem, agent.Document));
    }

    /// <summary>Who decides, in the journal.</summary>
    public string User { get; } = Environment.UserName is { Length: > 0 } name ? name : "local";

    public T? Value<T>(Option<T> option) => parse.GetValue(option);

    public T? Value<T>(Argument<T> argument) => parse.GetValue(argument);

    /// <summary>The store of the data folder.</summary>
    /// <exception cref="Refusal">It cannot be opened.</exception>
    public async ValueTask<SqliteStore> OpenStoreAsync(CancellationToken cancel)
    {
        try
        {
            return _store ??= await SqliteStore
                .OpenAsync(new SqliteStoreOptions { Directory = Data }, Time, cancel).ConfigureAwait(false);
        }
        catch (StoreException error)
        {
            throw Refusal.Of(error.Code, error.Message);
        }
    }

    /// <summary>Reads from the store, for what needs no runtime.</summary>
    /// <exception cref="Refusal">The store cannot be opened or read.</exception>
    public async ValueTask<T> ReadAsync<T>(Func<IStore, ValueTask<T>> read, CancellationToken cancel)
    {
        var store = await OpenStoreAsync(cancel).ConfigureAwait(false);
        try
        {
            return await read(store).ConfigureAwait(false);
        }
        catch (StoreException error)
        {
            throw Refusal.Of(error.Code, error.Message);
        }
    }

    /// <summary>The runtime over the store.</summary>
    /// <param name="agent">The profile that acts, whose planning rules are to be known; null where nobody plans.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="Refusal">The store cannot be opened.</exception>
    public async ValueTask<AosRuntime> OpenAsync(Agent? agent, CancellationToken cancel)
    {
        if (_runtime is not null) return _runtime;
        var planner = await Planners.RuleAsync(agent, cancel).ConfigureAwait(false);
        var store = await OpenStoreAsync(cancel).ConfigureAwait(false);
        return _runtime = new AosRuntime(new AosRuntimeParts
        {
            Store = store,
            Skills = Skills,
            Planners = [planner],
            Time = Time,
        });
    }

    /// <summary>The value of an answer.</summary>
    /// <exception cref="Refusal">There is none.</exception>
    public static T Require<T>(Answer<T> answer, SourceDocument? document = null) where T : class =>
        answer.Value ?? throw new Refusal(answer.Outcome, document);

    /// <summary>An outcome that is a success.</summary>
    /// <exception cref="Refusal">It is none.</exception>
    public static StructuredOutcome Require(StructuredOutcome outcome) =>
        outcome.Status == OutcomeStatus.Success ? outcome : throw new Refusal(outcome);

    /// <summary>A scalar of an argument.</summary>
    /// <exception cref="Refusal">The text breaks its rule.</exception>
    public static T Parse<T>(string? text, string what) where T : struct, IScalar<T> =>
        T.TryParse(text, out var value) ? value : throw Refusal.Argument($"{what} '{text}' is not {T.Rule}.");

    public async ValueTask DisposeAsync()
    {
        if (_runtime is not null) await _runtime.DisposeAsync().ConfigureAwait(false);
        if (_store is not null) await _store.DisposeAsync().ConfigureAwait(false);
        _skills?.Dispose();
    }
}
