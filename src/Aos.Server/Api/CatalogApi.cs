using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;
using Aos.Runtime.Access;

namespace Aos.Server.Api;

/// <summary>Skills and the failure catalog.</summary>
internal static class CatalogApi
{
    private const int RunsMax = 100_000;

    public static IEnumerable<Operation> All =>
    [
        new() { Id = "list_skills", Method = "GET", Path = "/v1/skills", Tag = "skills", Right = Rights.CatalogRead,
            Answer = SkillsAsync,
            Summary = "The skills, in every version, with their contracts.", Result = "skill_page" },
        new() { Id = "describe_skill", Method = "GET", Path = "/v1/skills/{skill}", Tag = "skills",
            Right = Rights.CatalogRead, Answer = SkillAsync,
            Summary = "A skill's contract, and how its calls went.", Result = "structured_outcome" },
        new() { Id = "list_failures", Method = "GET", Path = "/v1/failures", Tag = "failures",
            Right = Rights.CatalogRead, Answer = FailuresAsync,
            Summary = "The failure catalog: what each code means and what helps.", Result = "failure_catalog" },
        new() { Id = "list_recovery", Method = "GET", Path = "/v1/recovery", Tag = "failures", Right = Rights.RunsRead,
            Answer = RecoveryAsync,
            Summary =
                "How often calls failed, by skill and code, and what trying again brought.", Result = "recovery_page" },
        new() { Id = "list_failed_attempts", Method = "GET", Path = "/v1/failed_attempts", Tag = "failures",
            Right = Rights.RunsRead, Answer = LogAsync,
            Summary = "The failed attempts of the newest runs, the newest run first, one JSON value a line.",
            Produces = "application/x-ndjson",
            Parameters = [Runs(1_000)] },
        new() { Id = "get_calibration", Method = "GET", Path = "/v1/calibration", Tag = "failures",
            Right = Rights.RunsRead, Answer = CalibrationAsync,
            Summary = "What calls of the newest runs were expected to cost and take, against what they did.",
            Result = "calibration_report",
            Parameters = [Runs(200)] },
        new() { Id = "get_failure", Method = "GET", Path = "/v1/failures/{code}", Tag = "failures",
            Right = Rights.CatalogRead, Answer = FailureAsync,
            Summary = "The failure catalog with one code.", Result = "failure_catalog" },
    ];

    private static Task<Reply> SkillsAsync(Call call) =>
        Task.FromResult(Reply.Ok(new SkillPage { Items = [.. call.Runtime.Skills] }));

    private static async Task<Reply> SkillAsync(Call call) =>
        Reply.Of(await call.Runtime.DescribeSkillAsync(call.Route("skill"), call.Cancel).ConfigureAwait(false));

    private static async Task<Reply> RecoveryAsync(Call call)
    {
        var answer = await call.Runtime.RecoveryAsync(call.Cancel).ConfigureAwait(false);
        return answer.Value is { } records
            ? Reply.Ok(new RecoveryPage { Items = [.. records] }) : new Reply.Refused(answer.Outcome);
    }

    private static Parameter Runs(int absent) =>
        new("runs", "query", $$"""{"type":"integer","minimum":1,"maximum":{{RunsMax}},"default":{{absent}}}""",
        "So many runs, the newest.");

    private static Task<Reply> LogAsync(Call call)
    {
        var runs = call.Number("runs", 1, RunsMax, absent: 1_000);
        return Task.FromResult<Reply>(new Reply.Stream(async (response, cancel) =>
        {
            await foreach (var entry in call.Runtime.FailureLogAsync(runs, cancel).ConfigureAwait(false))
            {
                await response.Body.WriteAsync(AosJson.Write(entry), cancel).ConfigureAwait(false);
                await response.Body.WriteAsync("\n"u8.ToArray(), cancel).ConfigureAwait(false);
            }
        }));
    }

    private static async Task<Reply> CalibrationAsync(Call call) =>
        Reply.Of(
            await call.Runtime.CalibrationAsync(call.Number("runs", 1, RunsMax, absent: 200), call.Cancel)
                .ConfigureAwait(false));

    private static Task<Reply> FailuresAsync(Call call) => Task.FromResult(Reply.Ok(call.Runtime.Catalog));

    private static Task<Reply> FailureAsync(Call call)
    {
        var code = call.Route<ErrorCode>("code");
        var entry = call.Runtime.Catalog.Entries.FirstOrDefault(entry => entry.Code == code)
            ?? throw call.Refuse(ErrorCodes.UnknownResource, $"The catalog has no code '{code}'.");
        return Task.FromResult(Reply.Ok(call.Runtime.Catalog with { Entries = [entry] }));
    }
}
