using Aos.Abstractions.Planning;
using Aos.Contracts.Secrets;
using Aos.Skills.Standard.Models;

namespace Aos.Skills.Standard.Planning;

/// <summary>The planners that ask a model, with keys from the environment. What speaks to models is loaded by the first
/// question. Thread-safe.</summary>
public sealed class ModelPlanners : IDisposable
{
    private readonly Lazy<ModelCaller> _caller;

    /// <summary>The planners, by a clock.</summary>
    public ModelPlanners(TimeProvider time)
    {
        _caller = new Lazy<ModelCaller>(() => new ModelCaller(time));
        All = [new Deferred("model", () => new ProfileModelPlanner(_caller.Value)),
            new Deferred("claude", () => new ClaudePlanner(_caller.Value))];
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<IPlanner> All { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_caller.IsValueCreated) _caller.Value.Dispose();
    }

    private sealed class Deferred(string id, Func<IPlanner> make) : IPlanner
    {
        private readonly Lazy<IPlanner> _planner = new(make);

        public string Id => id;

        public IReadOnlyList<SecretName> Secrets => _planner.Value.Secrets;

        public PlannerOffer OfferFor(PlannerRequest request) => _planner.Value.OfferFor(request);

        public ValueTask<PlannerAnswer> PlanAsync(PlannerRequest request, CancellationToken cancel) =>
            _planner.Value.PlanAsync(request, cancel);
    }
}
