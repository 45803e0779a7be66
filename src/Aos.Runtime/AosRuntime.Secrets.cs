using Aos.Contracts.Agents;
using Aos.Contracts.Plans;
using Aos.Contracts.Secrets;
using Aos.Contracts.Values;
using Aos.Kernel.Policies;
using Aos.Runtime.Agents;
using Aos.Runtime.Secrets;

namespace Aos.Runtime;

public sealed partial class AosRuntime
{
    /// <summary>How it stands with the secrets that a profile, and a plan where one is given, name: whether each may be
    /// used and whether it is there. In the order of their names; values never show.</summary>
    public async ValueTask<IReadOnlyList<SecretStatus>> ExamineSecretsAsync(
        AgentProfile profile, Plan? plan, CancellationToken cancel)
    {
        var contract = ContractFactory.Grant(_services.Tenancies.Of(null), profile, null).Contract!;
        var settings = SecretsOf(profile);
        var planned = plan is null ? [] : ReferencesOf(plan);
        var names = profile.Secrets.Select(grant => grant.Name)
            .Concat(settings.Concat(planned).Select(reference => reference.Name)).Distinct()
            .OrderBy(name => name.Value, StringComparer.Ordinal);
        var found = new List<SecretStatus>();
        foreach (var name in names)
        {
            var hosts = profile.Secrets.Where(grant => grant.Name == name).Select(grant => grant.Host).ToList();
            var isAllowed = SecretRules.Allow(contract, name)
                || planned.TrueForAll(reference => reference.Name != name);
            var resolution = await _services.Secrets.ResolveAsync(name, [], cancel).ConfigureAwait(false);
            found.Add(new SecretStatus
            {
                Name = name,
                IsAllowed = isAllowed,
                Hosts = hosts.Contains(null) ? [] : ValueList.From(hosts.Select(host => host!)),
                UsedAt = ValueList.From(
                    settings.Concat(planned).Where(reference => reference.Name == name)
                        .Select(reference => reference.Place)),
                FoundIn = resolution.Value is null
                    ? null : await _services.Secrets.LocateAsync(name, cancel).ConfigureAwait(false),
                Problem = isAllowed ? resolution.Message
                    : $"The profile does not let the agent use it; add '{name}', or '{name}@host' for one host only, "
                        + "to `secrets` of the profile.",
            });
        }
        return found;
    }

    /// <summary>The secrets that a profile uses without listing them in its <c>secrets</c>, each with its place: those
    /// of its settings, the keys of its models and of its planner.</summary>
    public IReadOnlyList<(string Place, SecretName Name)> SecretsOf(AgentProfile profile)
    {
        var found = profile.Config is { } config ? ReferencesOf(config, "/config") : [];
        found.AddRange(profile.Models.Where(model => model.Value.ApiKey is not null)
            .Select(model => ($"/models/{model.Key}/api_key", model.Value.ApiKey!.Secret)));
        found.AddRange(_services.Planning.SecretsOf(profile.Planner).Select(name => ("/planner", name)));
        return found;
    }

    private static List<(string Place, SecretName Name)> ReferencesOf(Plan plan)
    {
        var found = new List<(string, SecretName)>();
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            if (plan.Steps[i].Input is { } input) found.AddRange(ReferencesOf(input, $"/steps/{i}/input"));
            if (plan.Steps[i].OnFailure is OnFailure.Fallback { Call.Input: { } other })
                found.AddRange(ReferencesOf(other, $"/steps/{i}/on_failure/fallback/input"));
        }
        return found;
    }

    private static List<(string Place, SecretName Name)> ReferencesOf(Payload value, string at) =>
        [.. SecretReference.Find(value.Element).Where(reference => reference.Name is not null)
            .Select(reference => (at + reference.Pointer, reference.Name!.Value))];
}
