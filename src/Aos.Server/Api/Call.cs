using System.Globalization;
using Aos.Contracts.Agents;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Schemas;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Access;
using Aos.Runtime.Agents;
using Aos.Runtime.Documents;
using Aos.Server.Hosting;

namespace Aos.Server.Api;

/// <summary>One request, once it is known who sent it: reads what it brings, strictly.</summary>
internal sealed class Call(HttpContext http, Operation operation, Caller caller, ServerParts server)
{
    private const string JsonType = "application/json";

    public Operation Operation => operation;

    public Caller Caller => caller;

    public ServerParts Server => server;

    public HttpRequest Request => http.Request;

    /// <summary>Ends when the client is gone or the server ends.</summary>
    public CancellationToken Cancel => http.RequestAborted;

    /// <summary>The runtime, as the caller's tenant sees it.</summary>
    public TenantRuntime Runtime { get; } = new(server.Runtime, server.Store, caller.Tenant);

    /// <summary>What the call is about, for the audit log.</summary>
    public string? Target { get; set; }

    public ApiRefusal Refuse(ErrorCode code, string message, IEnumerable<Problem>? problems = null) =>
        new(server.Runtime.Refuse(code, message, problems: problems));

    /// <summary>A part of the path.</summary>
    public string Route(string name) => (string)http.Request.RouteValues[name]!;

    /// <summary>A part of the path that is a scalar.</summary>
    public T Route<T>(string name) where T : struct, IScalar<T> => T.TryParse(Target = Route(name), out var value)
        ? value
        : throw Refuse(ErrorCodes.InvalidArgument, $"'{Route(name)}' is not {T.Rule}.");

    /// <summary>A parameter of the query; null where it is absent.</summary>
    public string? Query(string name) => http.Request.Query[name] switch
    {
        [] => null,
        [var one] => one,
        _ => throw Refuse(ErrorCodes.InvalidArgument, $"The parameter '{name}' was given more than once."),
    };

    /// <summary>A whole number of the query.</summary>
    public int Number(string name, int least, int most, int absent) => Query(name) is not { } text ? absent
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Refuse(ErrorCodes.InvalidArgument, $"'{name}' is a whole number from {least} to {most}.");

    /// <summary>A number of an event.</summary>
    public long Seq(string? text, string name) => text is null ? 0
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Refuse(ErrorCodes.InvalidArgument, $"'{name}' is the number of an event.");

    public bool Has(string right) => caller.Permissions.Contains(right);

    /// <summary>The body, checked by its published schema.</summary>
    public async Task<T> ReadAsync<T>() where T : class
    {
        var body = await BodyAsync().ConfigureAwait(false);
        if (body.IsEmpty && operation.BodyIsOptional) body = "{}"u8.ToArray();
        return Require(DocumentReader.Read<T>(body, ContractSchemas.Named(operation.Body!), ErrorCodes.InvalidArgument));
    }

    /// <summary>The bytes of the body.</summary>
    public async Task<ReadOnlyMemory<byte>> BodyAsync()
    {
        var type = http.Request.ContentType;
        using var memory = new MemoryStream();
        await http.Request.Body.CopyToAsync(memory, Cancel).ConfigureAwait(false);
        if (memory.Length > 0 && type?.Split(';')[0].Trim().Equals(JsonType, StringComparison.OrdinalIgnoreCase) != true)
            throw Refuse(ErrorCodes.InvalidArgument, $"The body is {type ?? "of no type"}; {JsonType} is what is read here.");
        return memory.ToArray();
    }

    public T Require<T>(DocumentResult<T> read) where T : class
    {
        if (read.Value is { } value) return value;
        var first = read.Problems[0];
        throw Refuse(first.Code == ErrorCodes.SchemaViolation ? ErrorCodes.SchemaViolation : first.Code,
            read.Problems.Count == 1 ? $"{first.Pointer}: {first.Message}" : $"The body has {read.Problems.Count} mistakes; first: {first.Pointer}: {first.Message}",
            read.Problems);
    }

    /// <summary>Who acts: a profile that the server keeps, one that came along, or the built-in one.</summary>
    public async Task<AgentProfile> ProfileAsync(string? agentId, AgentProfile? sent)
    {
        if (agentId is not null && sent is not null)
            throw Refuse(ErrorCodes.InvalidArgument, "agent_id and profile were both given; one of them says who acts.");
        if (sent is not null)
        {
            if (!Has(Rights.AgentsWrite))
                throw Refuse(ErrorCodes.PermissionDenied, $"A profile in a request says what may be reached and spent, so it needs the right {Rights.AgentsWrite}. "
                    + "Name one that the server keeps with agent_id.");
            return ProfileRules.Check(sent) is [var broken, ..] all
                ? throw Refuse(ErrorCodes.InvalidProfile, $"/profile{broken.Pointer}: {broken.Message}", all.Select(problem => problem with { Pointer = "/profile" + problem.Pointer }))
                : Guard(sent);
        }
        if (agentId is null or "default") return AgentProfiles.Default;
        return await server.Agents.FindAsync(caller.Tenant, agentId, Cancel).ConfigureAwait(false) is { } found
            ? Guard(found.Document)
            : throw Refuse(ErrorCodes.UnknownAgent, $"The server keeps no agent profile '{agentId}'; `GET /v1/agents` lists them.");
    }

    // The secrets of a server are those of its own tenant: another one would learn them by sending them to itself.
    // The same holds for files: a script of a model is one of the server's disk.
    private AgentProfile Guard(AgentProfile profile)
    {
        if (caller.Tenant == server.Settings.Tenant) return profile;
        var place = !profile.Secrets.IsEmpty ? "/secrets" : server.Runtime.SecretsOf(profile) is [var (used, _), ..] ? used : null;
        if (place is not null)
            throw Refuse(ErrorCodes.PermissionDenied, $"{place}: the secrets of this server belong to tenant '{server.Settings.Tenant}'.");
        foreach (var (name, model) in profile.Models)
            if (model.Script is not null)
                throw Refuse(ErrorCodes.PermissionDenied, $"/models/{name}/script: the files of this server belong to tenant '{server.Settings.Tenant}'.");
        return profile;
    }

    /// <summary>The <c>Idempotency-Key</c> of the request; null where there is none.</summary>
    public string? Key() => http.Request.Headers["Idempotency-Key"] switch
    {
        [] => null,
        [{ Length: >= 1 and <= 256 } key] => key,
        _ => throw Refuse(ErrorCodes.InvalidArgument, "An Idempotency-Key has 1 to 256 characters, and is given once."),
    };
}
