using System.Text.Json;
using Aos.Contracts.Agents;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Access;
using Aos.Runtime.Agents;
using Aos.Runtime.Documents;
using Aos.Runtime.Runs;
using Aos.Server.Hosting;

namespace Aos.Server.Api;

/// <summary>Somebody who asks for something, by whichever protocol: what they may reach, and the requests that theirs
/// become.</summary>
internal class Acting(Caller caller, ServerParts server, CancellationToken cancel)
{
    public Caller Caller => caller;

    public ServerParts Server => server;

    /// <summary>Ends when the client is gone or the server ends.</summary>
    public CancellationToken Cancel => cancel;

    /// <summary>The runtime, as the caller's tenant sees it.</summary>
    public TenantRuntime Runtime { get; } = new(server.Runtime, server.Store, caller.Tenant);

    /// <summary>The profile that acts where none is named; null: the built-in one.</summary>
    public AgentProfile? Own { get; init; }

    /// <summary>The trace that the caller is in, where no span of this server says it; null: none.</summary>
    public string? TraceParent { get; init; }

    public ApiRefusal Refuse(ErrorCode code, string message, IEnumerable<Problem>? problems = null) =>
        new(server.Runtime.Refuse(code, message, problems: problems));

    public bool Has(string right) => caller.Permissions.Contains(right);

    /// <summary>Refuses something with mistakes: all of them, each by its place.</summary>
    public ApiRefusal Refuse(ErrorCode code, IReadOnlyList<Problem> mistakes) =>
        Refuse(code, Mistakes.Summary(mistakes), Place(mistakes));

    /// <summary>Mistakes by their places in what was sent, as line and column where it was text.</summary>
    protected virtual IReadOnlyList<Problem> Place(IReadOnlyList<Problem> mistakes) => mistakes;

    public T Require<T>(DocumentResult<T> read) where T : class =>
        read.Value ?? throw Refuse(read.Problems[0].Code, read.Problems);

    /// <summary>What a submission asks for.</summary>
    /// <param name="body">The submission.</param>
    /// <param name="at">Its place in what was sent.</param>
    public async Task<RunRequest> RequestAsync(RunSubmission body, string at = "")
    {
        if (body.Goal is null == body.Plan is null)
            throw Refuse(ErrorCodes.InvalidArgument, "Say what is to be done with exactly one of goal and plan.");
        RequireObject(body.Input, at + "/input");
        return new RunRequest
        {
            Goal = body.Goal,
            Plan = body.Plan,
            Input = body.Input ?? Payload.Empty,
            Profile = await ProfileAsync(body.AgentId, body.Profile, body.Plan, at).ConfigureAwait(false),
            Budget = body.Budget,
            RequestedBy = caller.Subject,
            TraceParent = TraceParent,
        };
    }

    /// <summary>What a call of a skill asks for.</summary>
    public async Task<ExecuteRequest> RequestAsync(SkillCall body, string? key)
    {
        RequireObject(body.Input, "/input");
        return new ExecuteRequest
        {
            Skill = body.Skill,
            Input = body.Input ?? Payload.Empty,
            Profile = await ProfileAsync(body.AgentId, body.Profile).ConfigureAwait(false),
            Budget = body.Budget,
            TimeoutMs = body.TimeoutMs,
            MaxAttempts = body.MaxAttempts,
            IdempotencyKey = key,
            RequestedBy = caller.Subject,
            TraceParent = TraceParent,
        };
    }

    /// <summary>Who acts: a profile that the server keeps, one that came along, or the built-in one.</summary>
    /// <param name="agentId">The name of one that the server keeps.</param>
    /// <param name="sent">The one that came along.</param>
    /// <param name="plan">The plan that came with it, whose mistakes are told with those of the profile.</param>
    /// <param name="at">The place of the submission in what was sent.</param>
    public async Task<AgentProfile> ProfileAsync(string? agentId, AgentProfile? sent, Plan? plan = null, string at = "")
    {
        if (agentId is not null && sent is not null)
            throw Refuse(
                ErrorCodes.InvalidArgument, "agent_id and profile were both given; one of them says who acts.");
        if (sent is not null)
        {
            if (!Has(Rights.AgentsWrite))
                throw Refuse(
                    ErrorCodes.PermissionDenied,
                    $"A profile in a request says what may be reached and spent, so it needs the "
                        + $"right {Rights.AgentsWrite}. "
                    + "Name one that the server keeps with agent_id.");
            var broken = SubmissionMistakes.OfProfile(sent, at);
            if (broken.Count == 0) return Guard(sent);
            throw Refuse(
                ErrorCodes.InvalidProfile,
                plan is null ? broken : [.. broken, .. SubmissionMistakes.OfPlan(this, plan, null, at)]);
        }
        if (agentId is null or "default") return Own ?? AgentProfiles.Default;
        return await server.Agents.FindAsync(caller.Tenant, agentId, Cancel).ConfigureAwait(false) is { } found
            ? Guard(found.Document)
            : throw Refuse(ErrorCodes.UnknownAgent, AgentProfiles.Unknown(agentId));
    }

    // The secrets of a server are those of its own tenant: another one would learn them by sending them to itself.
    // The same holds for files: a script of a model is one of the server's disk.
    private AgentProfile Guard(AgentProfile profile)
    {
        if (caller.Tenant == server.Settings.Tenant) return profile;
        var place = !profile.Secrets.IsEmpty ? "/secrets" : server.Runtime.SecretsOf(profile) is [var (used, _), ..]
            ? used : null;
        if (place is not null)
            throw Refuse(
                ErrorCodes.PermissionDenied,
                $"{place}: the secrets of this server belong to tenant '{server.Settings.Tenant}'.");
        foreach (var (name, model) in profile.Models)
            if (model.Script is not null)
                throw Refuse(
                    ErrorCodes.PermissionDenied,
                    $"/models/{name}/script: the files of this server belong to tenant '{server.Settings.Tenant}'.");
        return profile;
    }

    private void RequireObject(Payload? value, string place)
    {
        if (value is not null && value.Element.ValueKind != JsonValueKind.Object)
            throw Refuse(ErrorCodes.InvalidArgument, $"{place}: an object is expected here.");
    }
}
