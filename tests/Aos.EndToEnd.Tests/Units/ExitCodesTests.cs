using Aos.Cli.Invocation;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.EndToEnd.Tests.Units;

public sealed class ExitCodesTests
{
    [Theory]
    [InlineData("HTTP_503", 1)]
    [InlineData("CANCELLED", 1)]
    [InlineData("STORAGE_CORRUPT", 1)]
    [InlineData("INTERNAL_ERROR", 1)]
    [InlineData("INVALID_PLAN", 2)]
    [InlineData("UNKNOWN_RUN", 2)]
    [InlineData("IDEMPOTENCY_CONFLICT", 2)]
    [InlineData("EGRESS_DENIED", 4)]
    [InlineData("APPROVAL_REJECTED", 4)]
    [InlineData("BUDGET_EXCEEDED", 5)]
    [InlineData("PRICE_UNKNOWN", 5)]
    [InlineData("TIMEOUT", 6)]
    [InlineData("RUN_TIMEOUT", 6)]
    [InlineData("OK", 1)]
    [InlineData("SOME_SKILLS_OWN_CODE", 1)]
    public void A_failure_exits_with_what_the_catalog_says_and_never_with_0(string code, int exit) =>
        Assert.Equal(exit, ExitCodes.OfFailure(ErrorCode.Parse(code)));

    [Theory]
    [InlineData(RunStatus.Completed, "OK", 0)]
    [InlineData(RunStatus.Failed, "TIMEOUT", 6)]
    [InlineData(RunStatus.Cancelled, "CANCELLED", 1)]
    [InlineData(RunStatus.Waiting, null, 3)]
    [InlineData(RunStatus.Quarantined, null, 1)]
    public void A_run_exits_by_how_it_stands(RunStatus status, string? code, int exit) =>
        Assert.Equal(exit, ExitCodes.Of(Report(status, code)));

    [Fact]
    public void Of_several_runs_a_failure_counts_before_a_wait()
    {
        Assert.Equal(
            6, ExitCodes.Of(
                [Report(RunStatus.Completed, "OK"), Report(RunStatus.Waiting, null),
                    Report(RunStatus.Failed, "TIMEOUT")]));
        Assert.Equal(3, ExitCodes.Of([Report(RunStatus.Completed, "OK"), Report(RunStatus.Waiting, null)]));
        Assert.Equal(0, ExitCodes.Of([]));
    }

    [Fact]
    public void An_infeasible_simulation_is_denied_or_over_budget()
    {
        Assert.Equal(0, ExitCodes.Of(new Simulation { Feasible = true, BudgetOk = true }));
        Assert.Equal(4, ExitCodes.Of(new Simulation { Feasible = false, BudgetOk = true, PermissionGaps = ["no"] }));
        Assert.Equal(5, ExitCodes.Of(new Simulation { Feasible = false, BudgetOk = false }));
        Assert.Equal(
            5, ExitCodes.Of(
                new Simulation { Feasible = false, BudgetOk = true, Code = ErrorCode.Parse("BUDGET_EXCEEDED") }));
    }

    private static RunReport Report(RunStatus status, string? code) => new()
    {
        RunId = RunId.Parse("run_0123456789"),
        Status = status,
        Code = code is null ? null : ErrorCode.Parse(code),
    };
}
