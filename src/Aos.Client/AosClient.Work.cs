using Aos.Client.Wire;
using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Statistics;
using Aos.Contracts.Values;

namespace Aos.Client;

/// <content>What is asked before anything runs, single calls, skills, failures and approvals.</content>
public sealed partial class AosClient
{
    /// <summary>Foresees a run, without running it.</summary>
    public Task<Answer<Simulation>> SimulateAsync(RunSubmission run, CancellationToken cancel) =>
        _line.AskAsync<Simulation>(Question.Post($"v1/simulate", AosJson.Write(run)) with { MayRepeat = true }, cancel);

    /// <summary>Foresees a run under several budgets, whatever the profile allows a run.</summary>
    public Task<Answer<BudgetTrials>> SimulateBudgetsAsync(BudgetQuestion question, CancellationToken cancel) =>
        _line.AskAsync<BudgetTrials>(
            Question.Post($"v1/simulate/budgets", AosJson.Write(question)) with { MayRepeat = true }, cancel);

    /// <summary>Checks a plan without running it, and names every mistake.</summary>
    public Task<StructuredOutcome> ValidateAsync(RunSubmission run, CancellationToken cancel) =>
        _line.AskAsync(Question.Post($"v1/validate", AosJson.Write(run)) with { MayRepeat = true }, cancel);

    /// <summary>As <see cref="ValidateAsync"/>, of a submission as text, whose form may be wrong: everything else that
    /// can be checked is checked too, and every mistake named by its place in the text.</summary>
    /// <param name="submission">The submission as UTF-8 JSON.</param>
    /// <param name="cancel">Ends the call.</param>
    public Task<StructuredOutcome> ValidateTextAsync(byte[] submission, CancellationToken cancel) =>
        _line.AskAsync(Question.Post($"v1/validate", submission) with { MayRepeat = true, IsText = true }, cancel);

    /// <summary>Calls one skill under a contract, and waits for it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="idempotencyKey">As for <see cref="SubmitAsync"/>.</param>
    /// <param name="cancel">Ends the call; what the skill does goes on.</param>
    public Task<StructuredOutcome> ExecuteAsync(SkillCall call, string? idempotencyKey, CancellationToken cancel) =>
        _line.AskAsync(Question.Post($"v1/execute", AosJson.Write(call)) with
        {
            IdempotencyKey = idempotencyKey,
            Timeout = _line.Options.WorkTimeout,
        }, cancel);

    /// <summary>The skills of the server, in every version, with their contracts.</summary>
    public Task<Answer<SkillPage>> ListSkillsAsync(CancellationToken cancel) =>
        _line.AskAsync<SkillPage>(Question.Get($"v1/skills"), cancel);

    /// <summary>A skill's contract, and how its calls went.</summary>
    /// <param name="reference">The skill, such as <c>http_call</c> or <c>http_call@1</c>.</param>
    /// <param name="cancel">Ends the call.</param>
    public Task<StructuredOutcome> DescribeSkillAsync(string reference, CancellationToken cancel) =>
        _line.AskAsync(Question.Get($"v1/skills/{reference}"), cancel);

    /// <summary>The failure catalog of the server.</summary>
    public Task<Answer<FailureCatalog>> ListFailuresAsync(CancellationToken cancel) =>
        _line.AskAsync<FailureCatalog>(Question.Get($"v1/failures"), cancel);

    /// <summary>The failure catalog with one code.</summary>
    public Task<Answer<FailureCatalog>> FindFailureAsync(ErrorCode code, CancellationToken cancel) =>
        _line.AskAsync<FailureCatalog>(Question.Get($"v1/failures/{code}"), cancel);

    /// <summary>How often calls failed, by skill and code, and what trying again brought.</summary>
    public Task<Answer<RecoveryPage>> RecoveryAsync(CancellationToken cancel) =>
        _line.AskAsync<RecoveryPage>(Question.Get($"v1/recovery"), cancel);

    /// <summary>The failed attempts of the newest runs, run by run, the newest run first.</summary>
    /// <param name="runs">How many runs are read, 1 or more.</param>
    /// <param name="cancel">Ends the enumeration.</param>
    /// <exception cref="AosServerException">They cannot be had.</exception>
    public IAsyncEnumerable<FailureLogEntry> FailedAttemptsAsync(int runs, CancellationToken cancel) =>
        LinesAsync(
            Question.Get($"v1/failed_attempts").With(("runs", runs)),
            line => AosJson.Read<FailureLogEntry>(line.Span), cancel);

    /// <summary>What calls of the newest runs were expected to cost and take, against what they did.</summary>
    /// <param name="runs">How many runs are read, 1 or more.</param>
    /// <param name="cancel">Ends the call.</param>
    public Task<Answer<CalibrationReport>> CalibrationAsync(int runs, CancellationToken cancel) =>
        _line.AskAsync<CalibrationReport>(Question.Get($"v1/calibration").With(("runs", runs)), cancel);

    /// <summary>Calls that wait for a person, oldest first, with the exact input.</summary>
    /// <param name="all">Also those that were decided, expired or became void.</param>
    /// <param name="cancel">Ends the call.</param>
    public Task<Answer<ApprovalPage>> ListApprovalsAsync(bool all, CancellationToken cancel) =>
        _line.AskAsync<ApprovalPage>(Question.Get($"v1/approvals").With(("all", all ? "true" : null)), cancel);

    /// <summary>One approval request, with the exact input.</summary>
    public Task<Answer<ApprovalSummary>> FindApprovalAsync(ApprovalId id, CancellationToken cancel) =>
        _line.AskAsync<ApprovalSummary>(Question.Get($"v1/approvals/{id}"), cancel);

    /// <summary>Allows a call that waits, once, for the exact input that was shown.</summary>
    public Task<StructuredOutcome> ApproveAsync(ApprovalId id, Decision decision, CancellationToken cancel) =>
        _line.AskAsync(Question.Post($"v1/approvals/{id}/approve", AosJson.Write(decision)), cancel);

    /// <summary>Refuses a call that waits.</summary>
    public Task<StructuredOutcome> RejectAsync(ApprovalId id, Decision decision, CancellationToken cancel) =>
        _line.AskAsync(Question.Post($"v1/approvals/{id}/reject", AosJson.Write(decision)), cancel);
}
