using System.CommandLine;
using Aos.Abstractions.Storage;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;
using Aos.Runtime.Access;
using Aos.Runtime.Webhooks;

namespace Aos.Cli.Commands;

/// <summary><c>aos webhooks</c>: whom a server of the store of this user tells what becomes of runs, and what did not
/// arrive.</summary>
internal sealed class WebhooksCommand : Command
{
    public WebhooksCommand() : base("webhooks", "Say who is told what becomes of runs, and send again what did not arrive")
    {
        Add(new AddCommand());
        Add(new ListCommand());
        Add(new EnableCommand());
        Add(new RemoveCommand());
        Add(new DeliveriesCommand());
        Add(new ReplayCommand());
    }

    private abstract class WebhookCommand : CliCommand
    {
        private readonly Option<string> _tenant = new("--tenant")
        {
            Description = "The tenant (default: local)",
            HelpName = "NAME",
            DefaultValueFactory = _ => "local",
        };

        protected WebhookCommand(string name, string description) : base(name, description)
        {
            Reach = CommandReach.Machine;
            Instead = "It works on the store itself, and so needs no key: run it where the store is. Who has a key uses /v1/webhooks.";
            Add(_tenant);
        }

        protected Argument<string> Webhook { get; } = new("webhook") { Description = "The webhook", HelpName = "WEBHOOK" };

        public override async Task<int> RunAsync(Session session, CancellationToken cancel)
        {
            var tenant = session.Value(_tenant) ?? "local";
            if (!Rights.IsName(tenant)) throw Refusal.Argument($"--tenant '{tenant}' is no name of a tenant.");
            var store = await session.OpenStoreAsync(cancel).ConfigureAwait(false);
            try
            {
                var target = await DoAsync(session, new WebhookShelf(store, session.Time), tenant, cancel).ConfigureAwait(false);
                if (target is not null)
                    await new AuditLog(store, session.Time).AddAsync(tenant, $"user:{session.User}", $"{Name}_webhook", target, ErrorCodes.Ok, cancel).ConfigureAwait(false);
                return ExitCodes.Ok;
            }
            catch (StoreException error)
            {
                throw Refusal.Of(error.Code, error.Message);
            }
        }

        /// <summary>Does it.</summary>
        /// <returns>The webhook that was changed; null where none was.</returns>
        protected abstract ValueTask<string?> DoAsync(Session session, WebhookShelf shelf, string tenant, CancellationToken cancel);

        protected async ValueTask<WebhookInfo> FindAsync(Session session, WebhookShelf shelf, string tenant, CancellationToken cancel) =>
            await shelf.FindAsync(tenant, session.Value(Webhook)!, cancel).ConfigureAwait(false) ?? throw Unknown(session.Value(Webhook)!);

        protected static Refusal Unknown(string id) =>
            Refusal.Of(ErrorCodes.UnknownResource, $"There is no webhook '{id}'; `aos webhooks list` lists them.");
    }

    private sealed class AddCommand : WebhookCommand
    {
        private readonly Argument<string> _url = new("url") { Description = "The address", HelpName = "URL" };

        private readonly Option<string[]> _event = new("--event")
        {
            Description = $"Only this type of message: {string.Join(", ", WebhookShelf.Types)}; may be given again (default: all)",
            HelpName = "TYPE",
            AllowMultipleArgumentsPerToken = false,
        };

        private readonly Option<string?> _secret = new("--secret-name") { Description = "Secret of the server that signs (default: one is made and shown once)", HelpName = "NAME" };
        private readonly Option<string?> _text = new("--description") { Description = "What it is for", HelpName = "TEXT" };

        public AddCommand() : base("add", "Add an address, and print its secret, once")
        {
            Add(_url);
            foreach (var option in (Option[])[_event, _secret, _text]) Add(option);
            Examples = [("aos webhooks add https://example.com/hook --event run.failed", "told of runs that fail")];
        }

        protected override async ValueTask<string?> DoAsync(Session session, WebhookShelf shelf, string tenant, CancellationToken cancel)
        {
            var wanted = new WebhookSubmission
            {
                Url = session.Value(_url)!,
                Events = ValueList.From(session.Value(_event) ?? []),
                Description = session.Value(_text),
                SecretName = session.Value(_secret),
            };
            if (WebhookShelf.Refuse(wanted) is { } mistake) throw Refusal.Argument(mistake);
            var made = await shelf.CreateAsync(wanted, tenant, $"user:{session.User}", cancel).ConfigureAwait(false)
                ?? throw Refusal.Argument($"A tenant has at most {WebhookShelf.WebhooksMax} webhooks; remove one first.");
            if (session.Screen.Json) session.Screen.WriteJson(made);
            else
            {
                if (made.Secret is not null) session.Screen.Out.WriteLine(made.Secret);
                session.Screen.Error.WriteLine($"aos: webhook {made.Info.WebhookId}.{(made.Secret is null ? "" : " Its secret is shown this once.")}");
            }
            return made.Info.WebhookId;
        }
    }

    private sealed class ListCommand() : WebhookCommand("list", "List the addresses, without their secrets")
    {
        protected override async ValueTask<string?> DoAsync(Session session, WebhookShelf shelf, string tenant, CancellationToken cancel)
        {
            var all = await shelf.ListAsync(tenant, cancel).ConfigureAwait(false);
            if (session.Screen.Json)
            {
                session.Screen.WriteJson(new WebhookPage { Items = [.. all] });
                return null;
            }
            if (all.Count == 0) session.Screen.Error.WriteLine("There are no webhooks; `aos webhooks add URL` adds one.");
            var table = new Listing("WEBHOOK", "ADDRESS", "MESSAGES", "STATE");
            foreach (var webhook in all)
                table.Add(webhook.WebhookId, Plain.Line(webhook.Url, 60), webhook.Events.IsEmpty ? "all" : string.Join(", ", webhook.Events),
                    webhook.DisabledAt is null ? "told" : "disabled");
            table.Show(session.Screen);
            return null;
        }
    }

    private sealed class EnableCommand : WebhookCommand
    {
        public EnableCommand() : base("enable", "Tell an address again that had asked for no more messages") => Add(Webhook);

        protected override async ValueTask<string?> DoAsync(Session session, WebhookShelf shelf, string tenant, CancellationToken cancel)
        {
            var id = session.Value(Webhook)!;
            var info = await shelf.EnableAsync(tenant, id, cancel).ConfigureAwait(false) ?? throw Unknown(id);
            if (session.Screen.Json) session.Screen.WriteJson(info);
            else session.Screen.Out.WriteLine($"Webhook {id} is told again.");
            return id;
        }
    }

    private sealed class RemoveCommand : WebhookCommand
    {
        public RemoveCommand() : base("remove", "Remove an address, and the messages that have not arrived there") => Add(Webhook);

        protected override async ValueTask<string?> DoAsync(Session session, WebhookShelf shelf, string tenant, CancellationToken cancel)
        {
            var info = await FindAsync(session, shelf, tenant, cancel).ConfigureAwait(false);
            await shelf.DeleteAsync(tenant, info.WebhookId, cancel).ConfigureAwait(false);
            if (session.Screen.Json) session.Screen.WriteJson(info);
            else session.Screen.Out.WriteLine($"Webhook {info.WebhookId} is removed.");
            return info.WebhookId;
        }
    }

    private sealed class DeliveriesCommand : WebhookCommand
    {
        private readonly Option<bool> _dead = new("--dead") { Description = "Those that are not tried again" };

        public DeliveriesCommand() : base("deliveries", "List the first 1,000 messages that have not arrived at an address")
        {
            Add(Webhook);
            Add(_dead);
        }

        protected override async ValueTask<string?> DoAsync(Session session, WebhookShelf shelf, string tenant, CancellationToken cancel)
        {
            var info = await FindAsync(session, shelf, tenant, cancel).ConfigureAwait(false);
            var page = await shelf.DeliveriesAsync(info, session.Value(_dead), null, 1_000, cancel).ConfigureAwait(false);
            if (session.Screen.Json)
            {
                session.Screen.WriteJson(new WebhookDeliveryPage { Items = [.. page] });
                return null;
            }
            var table = new Listing("MESSAGE", "TYPE", "TRIES", "LAST", "NEXT");
            foreach (var delivery in page)
                table.Add(delivery.MessageId, delivery.Message.Type, $"{delivery.Attempts}", delivery.LastResult ?? "",
                    delivery.NextAt is { } next ? Times.Relative(next, session.Time.GetUtcNow()) : "never");
            table.Show(session.Screen);
            return null;
        }
    }

    private sealed class ReplayCommand : WebhookCommand
    {
        private readonly Argument<string> _message = new("message") { Description = "The message", HelpName = "MESSAGE" };

        public ReplayCommand() : base("replay", "Send a dead message again, from the first try")
        {
            Add(Webhook);
            Add(_message);
        }

        protected override async ValueTask<string?> DoAsync(Session session, WebhookShelf shelf, string tenant, CancellationToken cancel)
        {
            var info = await FindAsync(session, shelf, tenant, cancel).ConfigureAwait(false);
            var message = session.Value(_message)!;
            var delivery = await shelf.ReplayAsync(info, message, cancel).ConfigureAwait(false) ?? throw Refusal.Of(ErrorCodes.UnknownResource,
                $"Webhook {info.WebhookId} has no dead message '{message}'; `aos webhooks deliveries {info.WebhookId} --dead` lists them.");
            if (session.Screen.Json) session.Screen.WriteJson(delivery);
            else session.Screen.Out.WriteLine($"Message {message} is sent by the next look of a server.");
            return info.WebhookId;
        }
    }
}
