using Aos.Abstractions.Storage;
using Aos.Cli.Invocation;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;
using Aos.Runtime.Access;
using Aos.Runtime.Documents;

namespace Aos.Cli.Targets;

/// <summary>What the store of this machine keeps for a tenant beside its runs. Whoever can open the store owns it and
/// needs no key; what is changed stands in the audit log as on a server.</summary>
internal sealed class LocalRecords(IRecordStore store, Session session, string tenant)
{
    public IRecordStore Store => store;

    public string Tenant => tenant;

    public TimeProvider Time => session.Time;

    /// <summary>Who changes something, for the store.</summary>
    public string Subject => $"user:{session.User}";

    /// <summary>Notes in the audit log what was done, by the name that the operation has on a server.</summary>
    public ValueTask AuditAsync(string operation, string target, CancellationToken cancel) =>
        new AuditLog(store, session.Time).AddAsync(tenant, Subject, operation, target, ErrorCodes.Ok, cancel);

    public Answer<T> Found<T>(T value) where T : class => new(value, Done());

    /// <summary>Something that was done, and is noted.</summary>
    public async ValueTask<Answer<T>> DoneAsync<T>(string operation, string target, T value, CancellationToken cancel)
        where T : class
    {
        await AuditAsync(operation, target, cancel).ConfigureAwait(false);
        return Found(value);
    }

    public StructuredOutcome Done() =>
        new() { Status = OutcomeStatus.Success, Code = ErrorCodes.Ok, Timestamp = session.Time.GetUtcNow() };

    public static Answer<T> Refuse<T>(ErrorCode code, string message) where T : class =>
        new(null, Refusal.Describe(code, message));

    /// <summary>All mistakes, each by its place.</summary>
    public static Answer<T> Refuse<T>(ErrorCode code, IReadOnlyList<Problem> mistakes) where T : class =>
        new(null, Refusal.Describe(code, Mistakes.Summary(mistakes), mistakes));
}
