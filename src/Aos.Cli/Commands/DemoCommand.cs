using System.CommandLine;
using Aos.Cli.Demo;
using Aos.Cli.Invocation;

namespace Aos.Cli.Commands;

/// <summary><c>aos demo</c>: a family of tours, one so far.</summary>
internal sealed class DemoCommand : Command
{
    public DemoCommand() : base("demo", "Take a tour") => Add(new BtcCommand());

    private sealed class BtcCommand : CliCommand
    {
        private readonly Option<bool> _live = new("--live") { Description = "Ask a real price API (api.coinbase.com)" };

        public BtcCommand() : base("btc", "A minute's tour: plan, simulate, run, fail, retry, trace, replay")
        {
            Reach = CommandReach.Nothing;
            Instead = "It serves endpoints on this machine, which no other reaches, and makes its first request "
                + "time out. To try a server: `aos run \"get https://example.com\" --server URL`.";
            Details = "Fetches today's Bitcoin price and notifies the team. Serves its own endpoints on loopback and "
                + "makes the first price request time out, so that a failure and its retry can be seen. Without "
                + "--data the store is a new temporary folder, which stays so that you can look into it.";
            Add(_live);
        }

        public override async Task<int> RunAsync(Session session, CancellationToken cancel) =>
            await new BtcDemo(session, live: session.Value(_live)).RunAsync(cancel).ConfigureAwait(false);
    }
}
