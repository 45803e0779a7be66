using System.CommandLine;
using Aos.Abstractions.Storage;
using Aos.Cli.Rendering;
using Aos.Cli.Targets;
using Aos.Client;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Agents;
using Aos.Runtime.Documents;
using Aos.Runtime.Policies;
using Aos.Runtime.Secrets;
using Aos.Skills.Standard.Planning;
using Aos.Storage.Sqlite;

namespace Aos.Cli.Invocation;

/// <summary>One call of the command line: its arguments, its screen and, once a command needs it, the
/// runtime.</summary>
internal sealed class Session(ParseResult parse, CommandTree tree, Screen screen, ServerChoice? server)
    : IAsyncDisposable
{
    /// <summary>How long calls in flight may take once the process was asked to end.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(25);

    private string? _data;
    private SqliteStore? _store;
    private AosRuntime? _runtime;
    private SkillSet? _skills;
    private ModelPlanners? _models;
    private PriceTable? _prices;
    private RemoteTarget? _remote;

    public Screen Screen { get; } = screen;

    public TimeProvider Time { get; } = TimeProvider.System;

    public CommandTree Tree { get; } = tree;

    /// <summary>Whether <c>--data</c> was given.</summary>
    public bool HasData => GivenData is not null;

    /// <summary>The folder of the store.</summary>
    public string Data => DataFolder.Of(GivenData);

    /// <summary><c>--data DIR</c> or <c>--server URL</c> as it must be repeated in a command that is suggested; empty
    /// where it was not given.</summary>
    public string TargetArgument =>
        server is not null ? server.Arguments : GivenData is { } given ? $" --data {ShellText.Quote(given)}" : "";

    /// <summary>Whether the command works on a server.</summary>
    public bool IsRemote => server is not null;

    /// <summary>What the command works on, for what needs no runtime. See <see cref="OpenAsync"/>.</summary>
    /// <exception cref="Refusal">There is no key for the server.</exception>
    public ITarget Target => server is null ? field ??= new LocalTarget(this) : _remote ??= Connect(server);

    /// <summary>The runtime, once it was opened.</summary>
    public AosRuntime Runtime =>
        _runtime ?? throw new InvalidOperationException("The command has not opened the runtime.");

    /// <summary>How this program was called, for commands that are suggested. The launcher says it.</summary>
    public string Program { get; } = Environment.GetEnvironmentVariable("AOS_COMMAND") is { Length: > 0 } name
        ? name : "aos";

    private string? GivenData => _data ?? parse.GetValue(Tree.Data);

    /// <summary>Puts the store somewhere else than the arguments say; before it is opened.</summary>
    public void UseData(string folder) => _data = folder;

    /// <summary>A command line that can be copied.</summary>
    public string Suggest(string command) => $"{ShellText.Quote(Program)} {command}{TargetArgument}";

    /// <summary>The skills that this program offers.</summary>
    /// <exception cref="Refusal">An import cannot be read.</exception>
    public SkillSet Skills => _skills ??= SkillSet.Of(Time, Data);

    /// <summary>Says on standard error what a profile asks for in vain.</summary>
    public void Warn(ITarget target, Agent agent)
    {
        foreach (var problem in target.Examine(agent.Profile)) Screen.Error.WriteLine($"warning: "
            + FailureView.Describe(problem, agent.Document));
    }

    /// <summary>Who decides, in the journal.</summary>
    public string User { get; } = Environment.UserName is { Length: > 0 } name ? name : "local";

    public T? Value<T>(Option<T> option) => parse.GetValue(option);

    public T? Value<T>(Argument<T> argument) => parse.GetValue(argument);

    /// <summary>Whether there is a store in the data folder, sound or not.</summary>
    public bool HasStore => _store is not null || SqliteStore.Exists(Data);

    /// <summary>A profile that the store of this machine keeps; null where it keeps none of that name.</summary>
    /// <exception cref="Refusal">The store cannot be opened or read.</exception>
    public async ValueTask<AgentProfile?> FindAgentAsync(string name, CancellationToken cancel) =>
        await ReadAsync(null, async store =>
        (await new DocumentShelf<AgentProfile>((IRecordStore)store, AgentProfiles.Kind)
            .FindAsync(Tenants.Own, name, cancel).ConfigureAwait(false))?.Document, cancel).ConfigureAwait(false);

    /// <summary>Makes sure that there is a store, for what would be pointless on a new one.</summary>
    /// <exception cref="Refusal">There is none; none was made.</exception>
    public void RequireStore()
    {
        if (!IsRemote && !HasStore)
            throw Refusal.Of(ErrorCodes.StorageUnavailable, $"There is no store in '{Data}' yet.");
    }

    /// <summary>The store of the data folder; made where there is none.</summary>
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

    /// <summary>Reads from the store, for what needs no runtime. Makes no store.</summary>
    /// <param name="whenNone">The answer where there is no store.</param>
    /// <param name="read">The call.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="Refusal">The store cannot be opened or read.</exception>
    public async ValueTask<T> ReadAsync<T>(T whenNone, Func<IStore, ValueTask<T>> read, CancellationToken cancel) =>
        HasStore ? await ReadAsync(read, cancel).ConfigureAwait(false) : whenNone;

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

    /// <summary>The server, or the runtime over the store.</summary>
    /// <param name="agent">The profile that acts, whose planning rules are to be known; null where nobody
    /// plans.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <param name="begins">Whether a run may be begun, so that the policies must be known, also without an agent. A
    /// run that is there brings its own: somebody who cancels it is not to be stopped by a broken policy.</param>
    /// <exception cref="Refusal">The store cannot be opened, or a policy cannot be read.</exception>
    public async ValueTask<ITarget> OpenAsync(Agent? agent, CancellationToken cancel, bool begins = false)
    {
        if (_runtime is not null || IsRemote) return Target;
        var isActing = agent is not null || begins;
        var policies = isActing ? await PolicyFiles.ReadAsync(Data, cancel).ConfigureAwait(false) : PolicyShelf.Empty;
        _prices = isActing ? await Prices.OwnAsync(Data, cancel).ConfigureAwait(false) : null;
        _runtime = Over(await OpenStoreAsync(cancel).ConfigureAwait(false),
            await TenantFile.ReadAsync(Data, cancel).ConfigureAwait(false), policies,
            await CatalogFile.ReadAsync(Data, cancel).ConfigureAwait(false));
        return Target;
    }

    /// <summary>As <see cref="OpenAsync"/>; without a store where there is none, which holds nothing then.</summary>
    /// <exception cref="Refusal">The store cannot be opened.</exception>
    public ValueTask<ITarget> OpenToReadAsync(CancellationToken cancel) =>
        IsRemote || HasStore ? OpenAsync(null, cancel) : OpenWithoutStoreAsync(null, cancel);

    /// <summary>The server, or the runtime without a store, for what only looks at documents and skills.</summary>
    /// <param name="agent">As for <see cref="OpenAsync"/>.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask<ITarget> OpenWithoutStoreAsync(Agent? agent, CancellationToken cancel)
    {
        if (_runtime is not null || IsRemote) return Target;
        _prices = await Prices.OwnAsync(Data, cancel).ConfigureAwait(false);
        _runtime = Over(new NoStore(),
            await TenantFile.ReadAsync(Data, cancel).ConfigureAwait(false),
            await PolicyFiles.ReadAsync(Data, cancel).ConfigureAwait(false),
            await CatalogFile.ReadAsync(Data, cancel).ConfigureAwait(false));
        return Target;
    }

    private RemoteTarget Connect(ServerChoice choice)
    {
        var key = choice.ReadKey();
        if (choice.Address.Scheme == "http" && !choice.Address.IsLoopback)
            Screen.Error.WriteLine(
                $"warning: the key goes to {choice.Address.Host} unencrypted: use https, or a tunnel");
        return new RemoteTarget(new AosClient(new AosClientOptions { Server = choice.Address, Key = key }), Time);
    }

    private AosRuntime Over(IStore store, TenantProfile tenant, PolicyShelf policies, FailureCatalog catalog) =>
        new(new AosRuntimeParts
        {
            Store = store,
            Policies = policies,
            Skills = Skills,
            Planners = [new LatePlanner(), .. (_models ??= new ModelPlanners(Time)).All],
            Tenant = tenant,
            Secrets = SecretProviders.Standard(DataFolder.SecretsOf(Data)),
            Catalog = catalog,
            Prices = _prices is null ? null : PriceTable.BuiltIn.Under(_prices),
            Time = Time,
        });

    /// <summary>The server, or the runtime over the store, for what is about a run that is there. Makes no
    /// store.</summary>
    /// <exception cref="Refusal">There is no store, or it cannot be opened.</exception>
    public ValueTask<ITarget> OpenForAsync(RunId run, CancellationToken cancel, bool begins = false) =>
        IsRemote || HasStore
        ? OpenAsync(null, cancel, begins)
        : throw Refusal.Of(ErrorCodes.UnknownRun, $"There is no run {run}: there is no store in '{Data}' yet.");

    /// <summary>Lets what is in flight come back before the process goes, and says so. A second interruption ends the
    /// process at once.</summary>
    public async ValueTask DrainAsync()
    {
        if (_runtime is not { } runtime) return;
        var calls = Words.Count(runtime.CallsInFlight, "call");
        var waits = runtime.CallsInFlight > 0;
        if (waits)
            Screen.Error.WriteLine($"aos: waiting up to {DrainTime.TotalSeconds:0} s for {calls} in flight; "
                + "interrupt again to leave at once");
        if (!await runtime.DrainAsync(DrainTime, CancellationToken.None).ConfigureAwait(false))
            Screen.Error.WriteLine(
                "aos: a call is still in flight; what becomes of it is decided when its run is resumed");
        else if (waits)
            Screen.Error.WriteLine($"aos: the {(calls.StartsWith("1 ", StringComparison.Ordinal) ? "answer is" : "answers are")} in the journal");
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
        if (_skills is not null) await _skills.DisposeAsync().ConfigureAwait(false);
        _models?.Dispose();
        _remote?.Dispose();
    }
}
