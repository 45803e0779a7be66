using System.CommandLine;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
using Aos.Cli.Targets;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;
using Aos.Runtime.Access;

namespace Aos.Cli.Commands;

/// <summary><c>aos keys</c>: the API keys of the store of this user, who owns it and needs no key.</summary>
internal sealed class KeysCommand : Command
{
    public KeysCommand() : base("keys", "Make, list, replace and revoke the API keys of a server")
    {
        Add(new CreateCommand());
        Add(new ListCommand());
        Add(new RotateCommand());
        Add(new RevokeCommand());
    }

    private abstract class KeyCommand : TenantCommand
    {
        protected KeyCommand(string name, string description) : base(name, description)
        {
            Reach = CommandReach.Machine;
            Instead = "It makes keys in the store itself, and so needs none: run it where the store is. "
                + "Who has a key already uses /v1/keys.";
        }

        protected sealed override async ValueTask DoAsync(Session session, string tenant, CancellationToken cancel)
        {
            var records = new LocalRecords(await session.OpenStoreAsync(cancel).ConfigureAwait(false), session, tenant);
            var keys = new ApiKeys(records.Store, session.Time);
            if (await DoAsync(session, keys, records, cancel).ConfigureAwait(false) is { } target)
                await records.AuditAsync($"{Name}_key", target, cancel).ConfigureAwait(false);
        }

        /// <summary>Does it.</summary>
        /// <returns>The key that was changed; null where none was.</returns>
        protected abstract ValueTask<string?> DoAsync(
            Session session, ApiKeys keys, LocalRecords records, CancellationToken cancel);

        protected static void Show(Session session, NewApiKey made)
        {
            if (session.Screen.Json) session.Screen.WriteJson(made);
            else
                ShowOnce(
                    session, made.Key,
                    $"key {made.Info.KeyId} ({string.Join(", ", made.Info.Roles)}) of tenant {made.Info.Tenant}.");
        }

        protected static Refusal Unknown(string id) =>
            Refusal.Of(ErrorCodes.UnknownKey, $"There is no key '{id}' that works; `aos keys list` lists them.");
    }

    private sealed class CreateCommand : KeyCommand
    {
        private readonly Option<string> _name = new("--name")
        {
            Description = "What it is for (default: key)",
            HelpName = "TEXT",
            DefaultValueFactory = _ => "key",
        };

        private readonly Option<string[]> _role = new("--role")
        {
            Description =
                $"Role: {string.Join(", ", Rights.Roles)}, or one that approval requests name; may be given again",
            HelpName = "ROLE",
            Required = true,
            AllowMultipleArgumentsPerToken = false,
        };

        private readonly Option<string[]> _scope = new("--scope")
        {
            Description = $"Only this right of the roles: {string.Join(", ", Rights.All)}; may be given again",
            HelpName = "RIGHT",
            AllowMultipleArgumentsPerToken = false,
        };

        private readonly Option<string?> _expires = new("--expires-in-days")
        {
            Description = "Days for which it works (default: until it is revoked)",
            HelpName = "N",
        };

        public CreateCommand() : base("create", "Make a key and print it, once")
        {
            foreach (var option in (Option[])[_name, _role, _scope, _expires]) Add(option);
            Examples = [("aos keys create --role operator --name ci --expires-in-days 90", "a key for a machine")];
        }

        protected override async ValueTask<string?> DoAsync(
            Session session, ApiKeys keys, LocalRecords records, CancellationToken cancel)
        {
            var wanted = new ApiKeySubmission
            {
                Name = session.Value(_name) ?? "key",
                Roles = ValueList.From(session.Value(_role) ?? []),
                Scopes = ValueList.From(session.Value(_scope) ?? []),
                ExpiresInDays = Numbers.Positive(session.Value(_expires), "--expires-in-days", 3_650),
            };
            if (ApiKeys.Refuse(wanted) is { } mistake) throw Refusal.Argument(mistake);
            var made = await keys.CreateAsync(wanted, records.Tenant, records.Subject, cancel).ConfigureAwait(false);
            Show(session, made);
            return made.Info.KeyId;
        }
    }

    private sealed class ListCommand() : KeyCommand("list", "List the keys, without their secrets")
    {
        protected override async ValueTask<string?> DoAsync(
            Session session, ApiKeys keys, LocalRecords records, CancellationToken cancel)
        {
            var all = await keys.ListAsync(records.Tenant, cancel).ConfigureAwait(false);
            if (session.Screen.Json)
            {
                session.Screen.WriteJson(new ApiKeyPage { Items = [.. all] });
                return null;
            }
            if (all.Count == 0) session.Screen.Error.WriteLine("There are no keys; `aos keys create` makes one.");
            var table = new Listing("KEY", "NAME", "ROLES", "MADE", "STATE");
            var now = session.Time.GetUtcNow();
            foreach (var key in all)
                table.Add(
                    key.KeyId, Plain.Line(key.Name, 40), string.Join(", ", key.Roles),
                    Times.Relative(key.CreatedAt, now),
                    key.RevokedAt is not null ? "revoked" : key.ExpiresAt <= now ? "expired"
                    : key.ExpiresAt is { } end ? $"expires {Times.Relative(end, now)}" : "works");
            table.Show(session.Screen);
            return null;
        }
    }

    private sealed class RotateCommand : KeyCommand
    {
        private readonly Argument<string> _key = new("key") { Description = "The id of the key", HelpName = "KEY" };

        private readonly Option<string?> _overlap = new("--overlap-minutes")
        {
            Description = "Minutes for which the old key goes on to work (default: 0)",
            HelpName = "N",
        };

        public RotateCommand() : base("rotate", "Replace a key by another with the same roles, and print that, once")
        {
            Add(_key);
            Add(_overlap);
        }

        protected override async ValueTask<string?> DoAsync(
            Session session, ApiKeys keys, LocalRecords records, CancellationToken cancel)
        {
            var id = session.Value(_key)!;
            var overlap = TimeSpan.FromMinutes(
                Numbers.Index(session.Value(_overlap), "--overlap-minutes", OverlapMinutesMax) ?? 0);
            var made = await keys.RotateAsync(records.Tenant, id, overlap, records.Subject, cancel)
                .ConfigureAwait(false)
                ?? throw Unknown(id);
            Show(session, made);
            return id;
        }
    }

    private sealed class RevokeCommand : KeyCommand
    {
        private readonly Argument<string> _key = new("key") { Description = "The id of the key", HelpName = "KEY" };

        public RevokeCommand() : base("revoke", "End a key, at once") => Add(_key);

        protected override async ValueTask<string?> DoAsync(
            Session session, ApiKeys keys, LocalRecords records, CancellationToken cancel)
        {
            var id = session.Value(_key)!;
            var ended = await keys.RevokeAsync(records.Tenant, id, cancel).ConfigureAwait(false) ?? throw Unknown(id);
            if (session.Screen.Json) session.Screen.WriteJson(ended);
            else session.Screen.Out.WriteLine($"Key {id} no longer works.");
            return id;
        }
    }
}
