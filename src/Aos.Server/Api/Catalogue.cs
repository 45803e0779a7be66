namespace Aos.Server.Api;

/// <summary>Everything that the API can be asked.</summary>
internal static class Catalogue
{
    public static IReadOnlyList<Operation> Operations { get; } =
    [
        .. HealthApi.All, .. RunsApi.All, .. EventsApi.All, .. WorkApi.All, .. CatalogApi.All, .. ApprovalsApi.All,
        .. AgentsApi.All, .. PoliciesApi.All,
        .. BudgetsApi.All, .. WebhooksApi.All,
        .. IdentityApi.All,
    ];
}
