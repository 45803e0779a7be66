using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Cli.Targets;
using Aos.Contracts.Api;
using Aos.Contracts.Values;
using Aos.Runtime.Webhooks;

namespace Aos.Cli.Commands;

/// <summary><c>aos webhooks</c>: whom a server tells what becomes of runs, and what did not arrive.</summary>
internal sealed class WebhooksCommand : Command
{
    public WebhooksCommand()
        : base("webhooks", "Say who is told what becomes of runs, and send again what did not arrive")
    {
        Add(new AddCommand());
        Add(new ListCommand());
        Add(new ShowCommand());
        Add(new EnableCommand());
        Add(new RotateCommand());
        Add(new RemoveCommand());
        Add(new DeliveriesCommand());
        Add(new ReplayCommand());
    }

    private abstract class WebhookCommand(string name, string description) : TenantCommand(name, description)
    {
        protected Argument<string> Webhook { get; } =
            new("webhook") { Description = "The webhook", HelpName = "WEBHOOK" };

        protected sealed override async ValueTask DoAsync(Session session, string tenant, CancellationToken cancel) =>
            await DoAsync(session, await session.Target.WebhooksAsync(tenant, cancel).ConfigureAwait(false), cancel)
                .ConfigureAwait(false);

        /// <summary>Does it, and says so.</summary>
        protected abstract ValueTask DoAsync(Session session, IWebhooks webhooks, CancellationToken cancel);

        protected static void Show(Session session, NewWebhook made)
        {
            if (session.Screen.Json) session.Screen.WriteJson(made);
            else
                ShowOnce(
                    session, made.Secret,
                    $"{(made.Secret is null ? "" : "the secret of ")}webhook {made.Info.WebhookId}.");
        }
    }

    private sealed class AddCommand : WebhookCommand
    {
        private readonly Argument<string> _url = new("url") { Description = "The address", HelpName = "URL" };

        private readonly Option<string[]> _event = new("--event")
        {
            Description = $"Only this type of message: {string.Join(", ", WebhookShelf.Types)}; may be given again "
                + "(default: all)",
            HelpName = "TYPE",
            AllowMultipleArgumentsPerToken = false,
        };

        private readonly Option<string?> _secret = new("--secret-name")
        {
            Description = "Secret of the server that signs (default: one is made and shown once)",
            HelpName = "NAME",
        };

        private readonly Option<string?> _text = new("--description")
        {
            Description = "What it is for",
            HelpName = "TEXT",
        };

        public AddCommand() : base("add", "Add an address, and print its secret, once")
        {
            Add(_url);
            foreach (var option in (Option[])[_event, _secret, _text]) Add(option);
            Examples = [("aos webhooks add https://example.com/hook --event run.failed", "told of runs that fail")];
        }

        protected override async ValueTask DoAsync(Session session, IWebhooks webhooks, CancellationToken cancel) =>
            Show(session, Session.Require(await webhooks.AddAsync(new WebhookSubmission
            {
                Url = session.Value(_url)!,
                Events = ValueList.From(session.Value(_event) ?? []),
                Description = session.Value(_text),
                SecretName = session.Value(_secret),
            }, cancel).ConfigureAwait(false)));
    }

    private sealed class ListCommand() : WebhookCommand("list", "List the addresses, without their secrets")
    {
        protected override async ValueTask DoAsync(Session session, IWebhooks webhooks, CancellationToken cancel)
        {
            var page = Session.Require(await webhooks.ListAsync(cancel).ConfigureAwait(false));
            if (session.Screen.Json) session.Screen.WriteJson(page);
            else WebhookView.Show(session, page);
        }
    }

    private sealed class ShowCommand : WebhookCommand
    {
        public ShowCommand() : base("show", "Show an address, without its secret") => Add(Webhook);

        protected override async ValueTask DoAsync(Session session, IWebhooks webhooks, CancellationToken cancel)
        {
            var info = Session.Require(await webhooks.FindAsync(session.Value(Webhook)!, cancel).ConfigureAwait(false));
            if (session.Screen.Json) session.Screen.WriteJson(info);
            else WebhookView.Show(session, info);
        }
    }

    private sealed class EnableCommand : WebhookCommand
    {
        public EnableCommand()
            : base("enable", "Tell an address again that had asked for no more messages") => Add(Webhook);

        protected override async ValueTask DoAsync(Session session, IWebhooks webhooks, CancellationToken cancel)
        {
            var info = Session.Require(
                await webhooks.EnableAsync(session.Value(Webhook)!, cancel).ConfigureAwait(false));
            if (session.Screen.Json) session.Screen.WriteJson(info);
            else session.Screen.Out.WriteLine($"Webhook {info.WebhookId} is told again.");
        }
    }

    private sealed class RotateCommand : WebhookCommand
    {
        private readonly Option<string?> _overlap = new("--overlap-minutes")
        {
            Description =
                "Minutes for which the secret before signs beside the new one; 0 ends it at once (default: 1440)",
            HelpName = "N",
        };

        public RotateCommand() : base("rotate", "Replace the secret of an address, and print the new one, once")
        {
            Add(Webhook);
            Add(_overlap);
            Details = "Until the overlap is over, messages carry a signature of each secret, so that a receiver "
                + "takes them by either.";
            Examples = [
                ("aos webhooks rotate wh_0123456789abcdef --overlap-minutes 0",
                    "the secret is known to somebody else")];
        }

        protected override async ValueTask DoAsync(Session session, IWebhooks webhooks, CancellationToken cancel)
        {
            var minutes = Numbers.Index(session.Value(_overlap), "--overlap-minutes", OverlapMinutesMax);
            Show(session,
                Session.Require(
                    await webhooks.RotateAsync(session.Value(Webhook)!, minutes, cancel).ConfigureAwait(false)));
        }
    }

    private sealed class RemoveCommand : WebhookCommand
    {
        public RemoveCommand()
            : base("remove", "Remove an address, and the messages that have not arrived there") => Add(Webhook);

        protected override async ValueTask DoAsync(Session session, IWebhooks webhooks, CancellationToken cancel)
        {
            var info = Session.Require(await webhooks.FindAsync(session.Value(Webhook)!, cancel).ConfigureAwait(false));
            Session.Require(await webhooks.RemoveAsync(info.WebhookId, cancel).ConfigureAwait(false));
            if (session.Screen.Json) session.Screen.WriteJson(info);
            else session.Screen.Out.WriteLine($"Webhook {info.WebhookId} is removed.");
        }
    }

    private sealed class DeliveriesCommand : WebhookCommand
    {
        private readonly Option<bool> _dead = new("--dead") { Description = "Those that are not tried again" };

        public DeliveriesCommand()
            : base("deliveries", "List the first 1,000 messages that have not arrived at an address")
        {
            Add(Webhook);
            Add(_dead);
        }

        protected override async ValueTask DoAsync(Session session, IWebhooks webhooks, CancellationToken cancel)
        {
            var page = Session.Require(
                await webhooks.DeliveriesAsync(session.Value(Webhook)!, session.Value(_dead), cancel)
                    .ConfigureAwait(false));
            if (session.Screen.Json) session.Screen.WriteJson(page);
            else WebhookView.Show(session, page);
        }
    }

    private sealed class ReplayCommand : WebhookCommand
    {
        private readonly Argument<string> _message = new("message")
        {
            Description = "The message",
            HelpName = "MESSAGE",
        };

        public ReplayCommand() : base("replay", "Send a dead message again, from the first try")
        {
            Add(Webhook);
            Add(_message);
        }

        protected override async ValueTask DoAsync(Session session, IWebhooks webhooks, CancellationToken cancel)
        {
            var message = session.Value(_message)!;
            var sent = Session.Require(
                await webhooks.ReplayAsync(session.Value(Webhook)!, message, cancel).ConfigureAwait(false));
            if (session.Screen.Json) session.Screen.WriteJson(sent);
            else session.Screen.Out.WriteLine($"Message {message} is sent by the next look of a server.");
        }
    }
}
