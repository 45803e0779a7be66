using System.CommandLine;
using Aos.Abstractions.Storage;
using Aos.Cli.Invocation;
using Aos.Cli.Rendering;
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

    private abstract class KeyCommand : CliCommand
    {
        private readonly Option<string> _tenant = new("--tenant")
        {
            Description = "The tenant (default: local)",
            HelpName = "NAME",
            DefaultValueFactory = _ => "local",
        };

        protected KeyCommand(string name, string description) : base(name, description)
        {
            Reach = CommandReach.Machine;
            Instead = "It makes keys in the store itself, and so needs none: run it where the store is. Who has a key already uses /v1/keys.";
            Add(_tenant);
        }

        public override async Task<int> RunAsync(Session session, CancellationToken cancel)
        {
            var tenant = session.Value(_tenant) ?? "local";
            if (!Rights.IsName(tenant)) throw Refusal.Argument($"--tenant '{tenant}' is no name of a tenant.");
            var store = await session.OpenStoreAsync(cancel).ConfigureAwait(false);
            var (keys, audit) = (new ApiKeys(store, session.Time), new AuditLog(store, session.Time));
            try
            {
                var target = await DoAsync(session, keys, tenant, cancel).ConfigureAwait(false);
                if (target is not null)
                    await audit.AddAsync(tenant, $"user:{session.User}", $"{Name}_key", target, ErrorCodes.Ok, cancel).ConfigureAwait(false);
                return ExitCodes.Ok;
            }
            catch (StoreException error)
            {
                throw Refusal.Of(error.Code, error.Message);
            }
        }

        /// <summary>Does it.</summary>
        /// <returns>The key that was changed; null where none was.</returns>
        protected abstract ValueTask<string?> DoAsync(Session session, ApiKeys keys, string tenant, CancellationToken cancel);

        protected static void Show(Session session, NewApiKey made)
        {
            if (session.Screen.Json) session.Screen.WriteJson(made);
            else
            {
                session.Screen.Out.WriteLine(made.Key);
                session.Screen.Error.WriteLine($"aos: key {made.Info.KeyId} ({string.Join(", ", made.Info.Roles)}) of tenant {made.Info.Tenant}. "
                    + "It is shown this once.");
            }
        }

        protected static Refusal Unknown(string id) => Refusal.Of(ErrorCodes.UnknownKey, $"There is no key '{id}' that works; `aos keys list` lists them.");
    }

    private sealed class CreateCommand : KeyCommand
    {
        private readonly Option<string> _name = new("--name") { Description = "What it is for (default: key)", HelpName = "TEXT", DefaultValueFactory = _ => "key" };

        private readonly Option<string[]> _role = new("--role")
        {
            Description = $"Role: {string.Join(", ", Rights.Roles)}, or one that approval requests name; may be given again",
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

        private readonly Option<string?> _expires = new("--expires-in-days") { Description = "Days for which it works (default: until it is revoked)", HelpName = "N" };

        public CreateCommand() : base("create", "Make a key and print it, once")
        {
            foreach (var option in (Option[])[_name, _role, _scope, _expires]) Add(option);
            Examples = [("aos keys create --role operator --name ci --expires-in-days 90", "a key for a machine")];
        }

        protected override async ValueTask<string?> DoAsync(Session session, ApiKeys keys, string tenant, CancellationToken cancel)
        {
            var wanted = new ApiKeySubmission
            {
                Name = session.Value(_name) ?? "key",
                Roles = ValueList.From(session.Value(_role) ?? []),
                Scopes = ValueList.From(session.Value(_scope) ?? []),
                ExpiresInDays = Numbers.Positive(session.Value(_expires), "--expires-in-days", 3_650),
            };
            if (ApiKeys.Refuse(wanted) is { } mistake) throw Refusal.Argument(mistake);
            var made = await keys.CreateAsync(wanted, tenant, $"user:{session.User}", cancel).ConfigureAwait(false);
            Show(session, made);
            return made.Info.KeyId;
        }
    }

    private sealed class ListCommand() : KeyCommand("list", "List the keys, without their secrets")
    {
        protected override async ValueTask<string?> DoAsync(Session session, ApiKeys keys, string tenant, CancellationToken cancel)
        {
            var all = await keys.ListAsync(tenant, cancel).ConfigureAwait(false);
            if (session.Screen.Json)
            {
                session.Screen.WriteJson(new ApiKeyPage { Items = [.. all] });
                return null;
            }
            if (all.Count == 0) session.Screen.Error.WriteLine("There are no keys; `aos keys create` makes one.");
            var table = new Listing("KEY", "NAME", "ROLES", "MADE", "STATE");
            var now = session.Time.GetUtcNow();
            foreach (var key in all)
                table.Add(key.KeyId, Plain.Line(key.Name, 40), string.Join(", ", key.Roles), Times.Relative(key.CreatedAt, now),
                    key.RevokedAt is not null ? "revoked" : key.ExpiresAt <= now ? "expired"
                    : key.ExpiresAt is { } end ? $"expires {Times.Relative(end, now)}" : "works");
            table.Show(session.Screen);
            return null;
        }
    }

    private sealed class RotateCommand : KeyCommand
    {
        private readonly Argument<string> _key = new("key") { Description = "The id of the key", HelpName = "KEY" };
        private readonly Option<string?> _overlap = new("--overlap-minutes") { Description = "Minutes for which the old key goes on to work (default: 0)", HelpName = "N" };

        public RotateCommand() : base("rotate", "Replace a key by another with the same roles, and print that, once")
        {
            Add(_key);
            Add(_overlap);
        }

        protected override async ValueTask<string?> DoAsync(Session session, ApiKeys keys, string tenant, CancellationToken cancel)
        {
            var (id, minutes) = (session.Value(_key)!, Numbers.Index(session.Value(_overlap), "--overlap-minutes") ?? 0);
            var made = await keys.RotateAsync(tenant, id, TimeSpan.FromMinutes(minutes), $"user:{session.User}", cancel).ConfigureAwait(false)
                ?? throw Unknown(id);
            Show(session, made);
            return id;
        }
    }

    private sealed class RevokeCommand : KeyCommand
    {
        private readonly Argument<string> _key = new("key") { Description = "The id of the key", HelpName = "KEY" };

        public RevokeCommand() : base("revoke", "End a key, at once") => Add(_key);

        protected override async ValueTask<string?> DoAsync(Session session, ApiKeys keys, string tenant, CancellationToken cancel)
        {
            var id = session.Value(_key)!;
            var ended = await keys.RevokeAsync(tenant, id, cancel).ConfigureAwait(false) ?? throw Unknown(id);
            if (session.Screen.Json) session.Screen.WriteJson(ended);
            else session.Screen.Out.WriteLine($"Key {id} no longer works.");
            return id;
        }
    }
}
