using Aos.Abstractions.Planning;
using Aos.Skills.Standard.Models;
using Aos.Skills.Standard.Planning;

namespace Aos.Cli.Invocation;

/// <summary>The planners that ask a model. What speaks to models is loaded by the first question.</summary>
internal sealed class ModelPlanners : IDisposable
{
    private readonly Lazy<ModelCaller> _caller;

    public ModelPlanners(TimeProvider time)
    {
        _caller = new Lazy<ModelCaller>(() => new ModelCaller(time));
        All = [new Deferred("model", () => new ProfileModelPlanner(_caller.Value, FindKeyAsync)),
            new Deferred("claude", () => new ClaudePlanner(_caller.Value, FindKeyAsync))];
    }

    public IReadOnlyList<IPlanner> All { get; }

    public void Dispose()
    {
        if (_caller.IsValueCreated) _caller.Value.Dispose();
    }

    private static ValueTask<string?> FindKeyAsync(string name, CancellationToken cancel) =>
        ValueTask.FromResult(Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null);

    private sealed class Deferred(string id, Func<IPlanner> make) : IPlanner
    {
        private readonly Lazy<IPlanner> _planner = new(make);

        public string Id => id;

        public PlannerOffer OfferFor(PlannerRequest request) => _planner.Value.OfferFor(request);

        public ValueTask<PlannerAnswer> PlanAsync(PlannerRequest request, CancellationToken cancel) => _planner.Value.PlanAsync(request, cancel);
    }
}
