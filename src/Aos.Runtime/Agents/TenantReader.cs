using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Schemas;
using Aos.Runtime.Budgets;
using Aos.Runtime.Documents;

namespace Aos.Runtime.Agents;

/// <summary>Reads the documents of tenants, in YAML or JSON.</summary>
public static class TenantReader
{
    /// <summary>Reads a tenant. A document that begins with a brace is JSON, any other is YAML.</summary>
    public static DocumentResult<TenantProfile> Read(ReadOnlyMemory<byte> utf8)
    {
        var read = SettingsReader.Read<TenantProfile>(utf8, ContractSchemas.Tenant, ErrorCodes.InvalidTenant);
        return read.Value is { } tenant && Check(tenant) is { Count: > 0 } mistakes
            ? DocumentResult<TenantProfile>.Refused(mistakes)
            : read;
    }

    /// <summary>The rules of a tenant that its schema does not say: every mistake, by its place.</summary>
    public static IReadOnlyList<Problem> Check(TenantProfile tenant)
    {
        var problems = new List<Problem>();
        if (tenant.TenantId is { } id && string.IsNullOrWhiteSpace(id))
            problems.Add(
                new Problem("/tenant_id", ErrorCodes.InvalidTenant, "A tenant needs a name that is not blank."));
        if (TenantCalendar.Find(tenant.TimeZone) is null)
            problems.Add(new Problem("/time_zone", ErrorCodes.InvalidTenant,
                $"There is no time zone '{tenant.TimeZone}' on this machine: name one as the IANA does, such as "
                    + "Europe/Berlin."));
        ProfileRules.CheckRates(tenant.Rates, "/rates", ErrorCodes.InvalidTenant, problems);
        return problems;
    }
}
