using Aos.Abstractions.Planning;
using Aos.Abstractions.Skills;
using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Runtime.Planning;
using Aos.Runtime.Skills;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aos.Runtime.Hosting;

/// <summary>Adds AOS to a host.</summary>
public static class AosServices
{
    /// <summary>Adds <see cref="AosRuntime"/> as a singleton, put together from the registered <see cref="IStore"/>,
    /// <see cref="ISkill"/>s and <see cref="IPlanner"/>s. The rule planner with the built-in rules is there unless
    /// another planner of that name is.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="store">Opens the store, once, when the runtime is first asked for.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddAos(this IServiceCollection services, Func<IServiceProvider, IStore> store)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(store);
        services.TryAddSingleton<ISkillRegistry>(provider => SkillRegistry.Create(provider.GetServices<ISkill>()));
        services.TryAddSingleton(provider => new AosRuntime(new AosRuntimeParts
        {
            Store = provider.GetRequiredService<IStore>(),
            Skills = provider.GetRequiredService<ISkillRegistry>(),
            Planners = WithRules(provider.GetServices<IPlanner>()),
            Catalog = provider.GetService<FailureCatalog>() ?? BuiltInCatalog.Instance,
            Prices = provider.GetService<PriceTable>(),
            Time = provider.GetRequiredService<TimeProvider>(),
            Logger = provider.GetService<ILogger<AosRuntime>>() ?? (ILogger)NullLogger.Instance,
        }));
        return services;
    }

    /// <summary>Adds a skill.</summary>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddSkill(this IServiceCollection services, ISkill skill) =>
        services.AddSingleton(skill);

    private static List<IPlanner> WithRules(IEnumerable<IPlanner> planners)
    {
        var all = planners.ToList();
        if (!all.Exists(planner => planner.Id == BuiltInRules.Planner.Id)) all.Add(BuiltInRules.Planner);
        return all;
    }
}
