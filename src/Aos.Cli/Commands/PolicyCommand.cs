using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime.Policies;

namespace Aos.Cli.Commands;

/// <summary><c>aos policy</c>: what agents may do.</summary>
internal sealed class PolicyCommand : Command
{
    private PolicyCommand(IEnumerable<Command> commands)
        : base("policy", "Look at, keep, test and apply policies: what agents may do")
    {
        foreach (var command in commands) Add(command);
    }

    public static PolicyCommand Build() =>
        new([new List(), new Show(), new Put(), new Remove(), new Test(), new TryOut(), new Tighten()]);

    private static Argument<string> FileArgument() =>
        new("file") { Description = "A policy, in YAML or JSON; - reads standard input", HelpName = "FILE" };

    private sealed class List : CliCommand
    {
        public List() : base("list", "List the policies of the data folder, or of a server")
        {
            Group = CommandGroup.Check;
            Details = "They are the files of the folder `policies` in the data folder. A policy of scope `tenant`, "
                + "which is what one without a scope has, binds every run; the others bind the runs of profiles that "
                + "name them.";
        }

        public override async Task<int> RunAsync(Session session, CancellationToken cancel)
        {
            var policies = Session.Require(await session.Target.PoliciesAsync(cancel).ConfigureAwait(false)).Items;
            if (session.Screen.Json) session.Screen.WriteJson(ListText.Of(policies));
            else PolicyView.ShowAll(session, policies);
            return ExitCodes.Ok;
        }
    }

    private sealed class Show : CliCommand
    {
        private readonly Argument<string> _name = new("name")
        {
            Description = "A policy of the data folder or of the server, or a file",
            HelpName = "NAME|FILE",
        };

        public Show() : base("show", "Show a policy, rule by rule")
        {
            Group = CommandGroup.Check;
            Add(_name);
        }

        public override async Task<int> RunAsync(Session session, CancellationToken cancel)
        {
            var name = session.Value(_name)!;
            var known = Session.Require(await session.Target.PoliciesAsync(cancel).ConfigureAwait(false)).Items;
            var policy = known.FirstOrDefault(one => one.Name == name);
            if (policy is null && name != "-" && !File.Exists(name))
                throw Refusal.Of(ErrorCodes.UnknownPolicy, $"There is no policy and no file '{name}'; "
                    + (known.Count > 0 ? $"there are {string.Join(", ", known.Select(one => one.Name))}."
                        : $"{(session.IsRemote ? "the server" : $"'{PolicyFiles.FolderOf(session.Data)}'")} has none."));
            policy ??= (await PolicyFiles.ReadFileAsync(name, cancel).ConfigureAwait(false)).Policy;
            if (session.Screen.Json) session.Screen.WriteJson(policy);
            else PolicyView.Show(session.Screen, policy);
            if (known.Contains(policy))
                Tags.Show(
                    session, (await session.Target.FindPolicyAsync(name, cancel).ConfigureAwait(false)).Value?.ETag);
            return ExitCodes.Ok;
        }
    }

    private sealed class Put : CliCommand
    {
        private readonly Argument<string> _file = FileArgument();
        private readonly WriteConditions _conditions = new();

        public Put() : base("put", "Keep a policy under its name, in place of what was kept")
        {
            Group = CommandGroup.Check;
            Add(_file);
            _conditions.AddTo(this, writes: true);
            Details = "In the data folder it is a file of the folder `policies`, as it was written; a server reads "
                + "these when it starts. Runs that have begun keep the policies that they were begun under; `aos "
                + "policy tighten` binds them too.";
            Examples = [("aos policy put outbound.yaml", "bind every run from now on")];
        }

        public override async Task<int> RunAsync(Session session, CancellationToken cancel)
        {
            var (policy, document) = await PolicyFiles.ReadFileAsync(session.Value(_file)!, cancel)
                .ConfigureAwait(false);
            var put = await session.Target.PutPolicyAsync(policy, document, _conditions.Read(session), cancel)
                .ConfigureAwait(false);
            var kept = Session.Require(put, document);
            if (session.Screen.Json) session.Screen.WriteJson(kept.Value);
            else session.Screen.Out.WriteLine($"The policy {policy.Name} version {policy.Version} is kept.");
            Tags.Show(session, kept.ETag);
            return ExitCodes.Ok;
        }
    }

    private sealed class Remove : CliCommand
    {
        private readonly Argument<string> _name = new("name")
        {
            Description = "The name of the policy",
            HelpName = "NAME",
        };
        private readonly WriteConditions _conditions = new();

        public Remove() : base("remove", "Keep a policy no longer")
        {
            Group = CommandGroup.Check;
            Add(_name);
            _conditions.AddTo(this, writes: false);
        }

        public override async Task<int> RunAsync(Session session, CancellationToken cancel)
        {
            var name = session.Value(_name)!;
            var done = Session.Require(
                await session.Target.RemovePolicyAsync(name, _conditions.Read(session), cancel).ConfigureAwait(false));
            if (session.Screen.Json) session.Screen.WriteJson(done);
            else session.Screen.Out.WriteLine($"The policy {name} is kept no longer.");
            return ExitCodes.Ok;
        }
    }

    private sealed class Test : CliCommand
    {
        private readonly Argument<string> _file = FileArgument();
        private readonly Option<string?> _cases = new("--cases")
        {
            Description = "More cases, in YAML or JSON (default: those in the policy)",
            HelpName = "FILE",
        };

        public Test() : base("test", "Try a policy on the cases that are written for it")
        {
            Reach = CommandReach.Nothing;
            Instead = "It looks at files, and neither at a store nor at a server: leave --server out.";
            Group = CommandGroup.Check;
            Details = "Exit code 0 where every case has the verdict that it expects, 1 where one has not, 2 where "
                + "the document is wrong.";
            Add(_file);
            Add(_cases);
            Examples = [("aos policy test outbound.yaml --cases outbound.cases.yaml", "does it say what it should?")];
        }

        public override async Task<int> RunAsync(Session session, CancellationToken cancel)
        {
            var (policy, _) = await PolicyFiles.ReadFileAsync(session.Value(_file)!, cancel).ConfigureAwait(false);
            var cases = policy.Cases.AsEnumerable();
            if (session.Value(_cases) is { } beside)
                cases = cases.Concat((await PolicyFiles.ReadCasesAsync(beside, cancel).ConfigureAwait(false)).Cases);
            var results = PolicyTrial.Run(policy, cases, session.Skills);
            if (results.IsEmpty)
                throw Refusal.Argument(
                    $"Policy '{policy.Name}' has no cases. Write them into it as `cases`, or name a file with --cases.");
            var report = new PolicyTestReport
            {
                Policy = policy.Name,
                Version = policy.Version,
                Passed = results.All(one => one.Passed),
                Cases = results,
            };
            if (session.Screen.Json) session.Screen.WriteJson(report);
            else PolicyView.Show(session.Screen, report);
            return report.Passed ? ExitCodes.Ok : ExitCodes.Failed;
        }
    }

    private sealed class TryOut : CliCommand
    {
        private const int RunsMax = 1_000;
        private readonly Argument<string> _file = FileArgument();
        private readonly Option<string?> _last = new("--last")
        {
            Description = $"So many runs, newest first, up to {RunsMax} (default: 100)",
            HelpName = "N",
        };

        public TryOut() : base("what-if", "Say which calls of past runs a policy would have judged otherwise")
        {
            Group = CommandGroup.Check;
            Details = "The candidate takes the place of the policy of its name; where there is none, it comes on "
                + "top. Nothing is run.";
            Add(_file);
            Add(_last);
            Examples = [("aos policy what-if outbound.yaml --last 500", "whom would the new version stop?")];
        }

        public override async Task<int> RunAsync(Session session, CancellationToken cancel)
        {
            var (policy, _) = await PolicyFiles.ReadFileAsync(session.Value(_file)!, cancel).ConfigureAwait(false);
            var last = Numbers.Positive(session.Value(_last), "--last", RunsMax) ?? 100;
            var target = await session.OpenToReadAsync(cancel).ConfigureAwait(false);
            var report = Session.Require(await target.WhatIfAsync(policy, last, cancel).ConfigureAwait(false));
            if (session.Screen.Json) session.Screen.WriteJson(report);
            else PolicyView.Show(session.Screen, report);
            return ExitCodes.Ok;
        }
    }

    private sealed class Tighten : CliCommand
    {
        private static readonly RunStatus[] Open = [RunStatus.Running, RunStatus.Waiting, RunStatus.Quarantined];
        private readonly Argument<string> _file = FileArgument();
        private readonly Option<string[]> _runs = new("--run")
        {
            Description = "Only this run; may be given several times (default: every open run)",
            HelpName = "RUN",
        };
        private readonly Option<string?> _reason = new("--reason")
        {
            Description = "Why, for the journals",
            HelpName = "TEXT",
        };

        public Tighten() : base("tighten", "Bind open runs to one more policy, from their next attempt on")
        {
            Group = CommandGroup.Check;
            Details = "Runs keep the policies that they were begun under. One more can only tighten: of several "
                + "policies the strictest holds. Calls in flight are not stopped; `aos cancel` stops a run.";
            Add(_file);
            Add(_runs);
            Add(_reason);
            Examples = [("aos policy tighten no-posts.yaml --reason \"incident 12\"",
                "stop every open run from posting")];
        }

        public override async Task<int> RunAsync(Session session, CancellationToken cancel)
        {
            var (policy, _) = await PolicyFiles.ReadFileAsync(session.Value(_file)!, cancel).ConfigureAwait(false);
            var named = (session.Value(_runs) ?? []).Select(text => Session.Parse<RunId>(text, "Run")).ToList();
            if (!session.IsRemote && !session.HasStore)
                throw Refusal.Argument($"There is no store in '{session.Data}' yet, so there are no open runs.");
            var target = await session.OpenAsync(null, cancel).ConfigureAwait(false);
            var runs = named.Count > 0 ? named
                : [.. (await target.AllRunsAsync(Open, cancel).ConfigureAwait(false)).Select(run => run.RunId)];
            var bound = new List<RunId>();
            foreach (var run in runs)
            {
                var outcome = await target.TightenAsync(run, policy, session.Value(_reason), cancel)
                    .ConfigureAwait(false);
                if (outcome.Status == OutcomeStatus.Success) bound.Add(run);
                else if (named.Count > 0) throw new Refusal(outcome);
            }
            if (session.Screen.Json) session.Screen.WriteJson(ListText.Tightened(policy, bound));
            else
                session.Screen.Out.WriteLine(
                    $"{policy.Name} version {policy.Version} binds {Words.Count(bound.Count, "open run")} "
                    + "from the next attempt on.");
            return ExitCodes.Ok;
        }
    }
}
