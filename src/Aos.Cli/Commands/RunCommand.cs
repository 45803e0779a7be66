using Aos.Cli.Invocation;
using Aos.Cli.Rendering;

namespace Aos.Cli.Commands;

/// <summary><c>aos run</c>.</summary>
internal sealed class RunCommand : CliCommand
{
    private readonly RequestOptions _request;

    public RunCommand() : base("run", "Run a goal or a plan and report what came of it")
    {
        Group = CommandGroup.Run;
        Details = "The run is durable: Ctrl-C, a crash or a power cut leaves it where it is, and `aos resume` goes on.";
        _request = new RequestOptions().AddTo(this, key: true);
        Examples =
        [
            ("aos run --plan plan.json --input '{\"hook\":\"https://example.com/hook\"}'", "run a plan with an input"),
            ("aos run \"get https://example.com/status\" --json", "let the rule planner make the plan, print the report"),
            ("aos run --plan plan.json --idempotency-key order-17", "run it once, however often this is called"),
        ];
    }

    public override async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var (request, agent, document) = await _request.ReadAsync(session, cancel).ConfigureAwait(false);
        var runtime = await session.OpenAsync(agent, cancel).ConfigureAwait(false);
        if (request.Plan is not null) session.Warn(runtime, agent);
        var submitted = Session.Require(await runtime.SubmitAsync(request, cancel).ConfigureAwait(false), document);
        return await new RunFollower(session, runtime)
            .WaitAsync(submitted.RunId, () => runtime.FollowAsync(submitted.RunId, cancel), cancel,
                hasBegun: request.IdempotencyKey is null).ConfigureAwait(false);
    }
}
