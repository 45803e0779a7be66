using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Aos.Abstractions.Planning;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Values;
using Aos.Runtime.Documents;

namespace Aos.Runtime.Planning;

/// <summary>Plans by rules: the first rule whose pattern fits the goal, and whose input is there, gives the plan.
/// Deterministic; where no rule fits it says so. Thread-safe.</summary>
public sealed partial class RulePlanner : IPlanner
{
    private readonly ImmutableArray<CompiledRule> _rules;

    private RulePlanner(ImmutableArray<CompiledRule> rules) => _rules = rules;

    /// <inheritdoc />
    public string Id => "rule";

    /// <summary>Compiles rules, in their order: their patterns, and the placeholders of their plans.</summary>
    /// <returns>The planner, or what is wrong with the rules.</returns>
    public static DocumentResult<RulePlanner> Create(params IReadOnlyList<PlanningRules> sources)
    {
        var problems = new List<Problem>();
        var rules = ImmutableArray.CreateBuilder<CompiledRule>();
        foreach (var source in sources)
            for (var i = 0; i < source.Rules.Count; i++)
                if (CompiledRule.TryCompile(source.Rules[i], out var rule, out var mistake))
                {
                    rules.Add(rule);
                    foreach (var (pointer, message) in PlanTemplate.FindMistakes(
                        rule.Source.Plan, rule.Pattern.GetGroupNames()))
                        problems.Add(
                            new Problem(
                                $"/rules/{i}/plan{pointer}", ErrorCodes.InvalidArgument,
                                $"Rule '{rule.Source.Id}': {message}"));
                }
                else problems.Add(new Problem($"/rules/{i}/pattern", ErrorCodes.InvalidArgument, mistake));
        return problems.Count == 0
            ? DocumentResult<RulePlanner>.Of(new RulePlanner(rules.ToImmutable()))
            : DocumentResult<RulePlanner>.Refused(problems);
    }

    /// <inheritdoc />
    public ValueTask<PlannerAnswer> PlanAsync(PlannerRequest request, CancellationToken cancel) =>
        ValueTask.FromResult(request.Choice.Rules switch
        {
            null => Plan(request, _rules),
            PlanningRulesSource.Inline { Rules: var own } => PlanBy(own, request),
            PlanningRulesSource.Beside { Path: var path } => PlannerAnswer.Failure(ErrorCodes.InvalidProfile,
                $"The planning rules of the profile are in the file '{path}', which was not read."),
            _ => throw new UnreachableException(),
        });

    // The rules of the profile come before the planner's own.
    private PlannerAnswer PlanBy(PlanningRules own, PlannerRequest request)
    {
        var compiled = Create(own);
        return compiled.Value is { } first
            ? Plan(request, [.. first._rules, .. _rules])
            : PlannerAnswer.Failure(ErrorCodes.InvalidProfile, "The planning rules of the profile cannot be used: "
                + Mistakes.Summary(compiled.Problems));
    }

    private static PlannerAnswer Plan(PlannerRequest request, ImmutableArray<CompiledRule> rules)
    {
        var goal = Spaces().Replace(request.Goal, " ").Trim();
        if (goal.Length == 0) return PlannerAnswer.Failure(ErrorCodes.PlannerInvalidGoal, "The goal is blank.");
        var lacking = new List<string>();
        foreach (var rule in rules)
        {
            if (rule.Match(goal) is not { } captures) continue;
            if (Missing(rule.Source, request.Input) is { Count: > 0 } missing)
                lacking.Add($"Rule '{rule.Source.Id}' fits, but needs {string.Join(" and ", missing)} in the input.");
            else
                return Fill(rule.Source, captures);
        }
        return PlannerAnswer.Failure(ErrorCodes.PlannerNoPlan, lacking.Count > 0
            ? string.Join(" ", lacking)
            : $"No planning rule fits '{goal}'. There are rules "
                + $"for: {string.Join("; ", rules.Select(rule => rule.Source.Description ?? rule.Source.Id))}.");
    }

    private static List<string> Missing(PlanningRule rule, Payload input)
    {
        var missing = new List<string>();
        foreach (var text in rule.Requires)
            if (!JsonPointer.TryParse(text, out var pointer) || !pointer.TryResolve(input.Element, out _))
                missing.Add($"'{text}'");
        return missing;
    }

    private static PlannerAnswer Fill(PlanningRule rule, IReadOnlyDictionary<string, string> captures)
    {
        var document = PlanTemplate.Fill(rule.Plan, captures);
        var read = PlanReader.Read(document.Utf8);
        return read.Value is { } plan
            ? PlannerAnswer.Of(plan)
            : PlannerAnswer.Failure(ErrorCodes.PlannerInvalidPlan,
                $"Rule '{rule.Id}' makes no valid plan: {read.Problems[0].Pointer}: {read.Problems[0].Message}") with
            { Problems = ValueList.From(read.Problems) };
    }

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Spaces();

    private sealed record CompiledRule(PlanningRule Source, Regex Pattern)
    {
        public static bool TryCompile(PlanningRule rule, out CompiledRule compiled, out string mistake)
        {
            (compiled, mistake) = (null!, "");
            try
            {
                compiled = new CompiledRule(rule, new Regex(rule.Pattern,
                    RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant));
                return true;
            }
            catch (Exception error) when (error is ArgumentException or NotSupportedException)
            {
                mistake = $"Rule '{rule.Id}': {error.Message}";
                return false;
            }
        }

        public IReadOnlyDictionary<string, string>? Match(string goal)
        {
            var match = Pattern.Match(goal);
            return match.Success
                ? Pattern.GetGroupNames().ToDictionary(
                    name => name, name => match.Groups[name].Value, StringComparer.Ordinal)
                : null;
        }
    }
}
