using System.Collections.Immutable;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Policies;

namespace Aos.Kernel.Plans;

/// <summary>What a validator asks about skills. Implemented by the shell over its registry; pure.</summary>
public interface ISkillLookup
{
    /// <summary>The contract of the highest version that a reference accepts; null where there is none.</summary>
    SkillContract? Resolve(SkillRef reference);

    /// <summary>The versions of a skill, newest first; empty where the skill is not known.</summary>
    IReadOnlyList<SkillVersion> VersionsOf(SkillName name);

    /// <summary>Known skill names like this one, nearest first, for a message.</summary>
    IReadOnlyList<string> NamesLike(SkillName name);

    /// <summary>The digest of a contract.</summary>
    Digest DigestOf(SkillContract contract);

    /// <summary>What is wrong with an input by the skill's schema; pointers are relative to the input.</summary>
    IReadOnlyList<Problem> CheckInput(SkillContract contract, Payload input);

    /// <summary>What the skill itself finds wrong with an input whose parts that are not known yet are null; pointers
    /// are relative to the input.</summary>
    IReadOnlyList<Problem> FindMistakes(SkillContract contract, Payload known);
}

/// <summary>A validated plan, or everything that is wrong with it.</summary>
/// <param name="Pinned">The plan with its skills pinned; null where it is not valid.</param>
/// <param name="Problems">Every mistake, by its place in the document.</param>
public sealed record PlanCheck(PinnedPlan? Pinned, ImmutableArray<Problem> Problems);

/// <summary>Validates plans: a plan that breaks a rule is refused whole, with every mistake named.</summary>
public static class PlanValidator
{
    /// <summary>Checks a plan and pins its skills.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="skills">The skills that there are.</param>
    /// <param name="contract">The limits that hold.</param>
    /// <param name="earlier">The plan of the rounds of planning before, whose steps may be referred to.</param>
    public static PlanCheck Validate(
        Plan plan, ISkillLookup skills, ResourceContract contract, PlanProgram? earlier = null)
    {
        var check = new PlanChecking(plan, skills, contract, earlier);
        check.Run();
        var problems = check.Problems.Distinct().ToImmutableArray();
        return new PlanCheck(problems.IsEmpty ? check.Pin() : null, problems);
    }

    /// <summary>Checks the output that an iterative planner gives at the end.</summary>
    /// <param name="document">The template.</param>
    /// <param name="skills">The skills that there are.</param>
    /// <param name="contract">The limits that hold.</param>
    /// <param name="program">The plans so far; null for none.</param>
    /// <returns>Every mistake, by its place below <c>/output</c>.</returns>
    public static ImmutableArray<Problem> ValidateOutput(
        Payload document, ISkillLookup skills, ResourceContract contract, PlanProgram? program)
    {
        var check = new PlanChecking(new Plan(), skills, contract, program);
        check.CheckOutput(document);
        return [.. check.Problems.Distinct()];
    }
}

internal sealed class PlanChecking(Plan plan, ISkillLookup skills, ResourceContract contract, PlanProgram? earlier)
{
    private const int TimeoutMsMax = 24 * 3600 * 1000;
    private const long ApprovalMsMax = 365L * 24 * 3600 * 1000;
    private readonly Dictionary<string, int> _steps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SkillContract> _resolved = new(StringComparer.Ordinal);

    public List<Problem> Problems { get; } = [];

    public void Run()
    {
        if (plan.Steps.IsEmpty) Add("/steps", ErrorCodes.InvalidPlan, "A plan has at least one step.");
        var earlierSteps = earlier?.Steps.Length ?? 0;
        if (earlierSteps + plan.Steps.Count > contract.MaxSteps)
            Add("/steps", ErrorCodes.PlanTooLarge, $"The plan has {plan.Steps.Count} steps"
                + (earlierSteps == 0 ? "" : $" after {earlierSteps} of earlier rounds of planning")
                + $"; the contract allows {contract.MaxSteps}.");
        CheckNames();
        var dependencies = ImmutableArray.CreateBuilder<ImmutableArray<int>>();
        for (var i = 0; i < plan.Steps.Count; i++) dependencies.Add(CheckStep(plan.Steps[i], $"/steps/{i}"));
        if (plan.Output is { } output) new ExpressionCheck(this, "/output", inFanOut: false).Check(output);
        CheckCircles(dependencies.ToImmutable());
    }

    public PinnedPlan Pin()
    {
        var steps = plan.Steps.Select(step => step with
        {
            Skill = step.Skill is { } skill ? Exact(skill) : null,
            OnFailure = step.OnFailure is OnFailure.Fallback { Call: var call }
                ? new OnFailure.Fallback(call with { Skill = Exact(call.Skill) })
                : step.OnFailure,
        });
        var pins = _resolved.Values.DistinctBy(skill => (skill.Name, skill.Version))
            .OrderBy(skill => skill.Name.Value, StringComparer.Ordinal).ThenBy(skill => skill.Version)
            .Select(skill => new SkillPin
            {
                Name = skill.Name,
                Version = skill.Version,
                Contract = skills.DigestOf(skill),
                Effect = skill.Effect,
                Cost = skill.Cost,
                Latency = skill.Latency,
                TimeoutMs = skill.TimeoutMs,
                SideEffects = ValueList.From(skill.SideEffects.Select(effect => effect.Type)),
            });
        return new PinnedPlan { Plan = plan with { Steps = ValueList.From(steps) }, Skills = ValueList.From(pins) };
    }

    public void Add(string pointer, ErrorCode code, string message) =>
        Problems.Add(new Problem(pointer, code, message));

    public bool IsStep(string name) => _steps.ContainsKey(name) || earlier?.IndexOf(name) >= 0;

    /// <summary>That there is no step of a name, and which there are.</summary>
    public string NoSuchStep(string name)
    {
        var names = (earlier?.Steps.Select(step => step.Id.Value) ?? []).Concat(_steps.Keys).ToList();
        return $"There is no step '{name}'; "
            + (names.Count == 0
                ? "there are no steps." : $"the steps are {string.Join(", ", names.Select(one => $"'{one}'"))}.");
    }

    public void CheckOutput(Payload document)
    {
        var compiler = new TemplateCompiler();
        var template = compiler.Compile(document.Element);
        foreach (var (pointer, message) in compiler.Mistakes)
            Add("/output" + pointer, ErrorCodes.ExpressionInvalid, message);
        for (var i = 0; i < template.Expressions.Length; i++)
        {
            var place = "/output" + compiler.Places[i];
            foreach (var name in new ExpressionCheck(this, place, inFanOut: false).Check(template.Expressions[i]))
                if (!IsStep(name)) Add(place, ErrorCodes.InvalidPlan, NoSuchStep(name));
        }
    }

    private SkillRef Exact(SkillRef reference)
    {
        var skill = _resolved[reference.Value];
        return new SkillRef(skill.Name, VersionRange.Exactly(skill.Version));
    }

    private void CheckNames()
    {
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            var id = plan.Steps[i].Id.Value;
            if (id is null) Add($"/steps/{i}/id", ErrorCodes.InvalidPlan, "A step has an id.");
            else if (earlier?.IndexOf(id) >= 0)
                Add($"/steps/{i}/id", ErrorCodes.InvalidPlan,
                    $"An earlier round of planning has a step '{id}' already.");
            else if (!_steps.TryAdd(id, i))
                Add($"/steps/{i}/id", ErrorCodes.InvalidPlan, $"Step {_steps[id]} is called '{id}' already.");
        }
    }

    private ImmutableArray<int> CheckStep(PlanStep step, string at)
    {
        var found = new SortedSet<int>();
        for (var i = 0; i < step.DependsOn.Count; i++)
            CheckDependency(step, $"{at}/depends_on/{i}", step.DependsOn[i].Value, found);

        if (step.When is { } when)
            Note(new ExpressionCheck(this, $"{at}/when", inFanOut: step.ForEach is not null).Check(when), step,
                $"{at}/when", found);
        if (step.ForEach is { } forEach)
            Note(new ExpressionCheck(this, $"{at}/for_each", inFanOut: false).CheckList(forEach), step,
                $"{at}/for_each", found);
        if (step.Wait is { } wait) CheckWait(step, wait, at, found);
        else if (step.Skill is { } skill) CheckCall(step, CheckSkill(at, skill), $"{at}/input", step.Input, found);
        else Add(at, ErrorCodes.InvalidPlan, "The step does nothing: it has neither `skill` nor `wait`.");
        if (step.OnFailure is OnFailure.Fallback { Call: var call })
        {
            var fallback = CheckSkill($"{at}/on_failure/fallback", call.Skill);
            if (call.Input is not null) CheckCall(step, fallback, $"{at}/on_failure/fallback/input", call.Input, found);
            else if (fallback is not null && step.Wait is null) CheckKnown(fallback, $"{at}/input", step.Input);
            else if (fallback is not null) CheckKnown(fallback, $"{at}/on_failure/fallback/input", Payload.Empty);
            CheckTimeout($"{at}/on_failure/fallback/timeout_ms", call.TimeoutMs);
        }
        CheckTimeout($"{at}/timeout_ms", step.TimeoutMs);
        if (step.Retry?.MaxAttempts is < 1)
            Add($"{at}/retry/max_attempts", ErrorCodes.InvalidPlan,
                "max_attempts is at least 1: the first attempt counts.");
        if (step.Approval?.ExpiresInMs is < 1 or > ApprovalMsMax)
            Add($"{at}/approval/expires_in_ms", ErrorCodes.InvalidPlan,
                $"expires_in_ms is 1 to {ApprovalMsMax} (a year).");
        return [.. found];
    }

    private void CheckWait(PlanStep step, WaitSpec wait, string at, SortedSet<int> found)
    {
        foreach (var (member, isThere) in ((string, bool)[])[
            ("skill", step.Skill is not null), ("input", step.Input is not null),
            ("timeout_ms", step.TimeoutMs is not null), ("retry", step.Retry is not null),
            ("approval", step.Approval is not null)])
            if (isThere)
                Add($"{at}/{member}", ErrorCodes.InvalidPlan,
                    $"A step that waits calls nothing, so it has no `{member}`."
                + (member == "timeout_ms" ? " A signal has its own: `wait.timeout_ms`." : ""));
        var kinds = (wait.ForMs is null ? 0 : 1) + (wait.Until is null ? 0 : 1) + (wait.Signal is null ? 0 : 1);
        if (kinds != 1)
        {
            Add($"{at}/wait", ErrorCodes.InvalidPlan, "A wait has exactly one of `for_ms`, `until` and `signal`.");
            return;
        }
        var kind = WaitProgram.KindOf(wait);
        if (wait.TimeoutMs is < 1 or > WaitProgram.LongestMs)
            Add($"{at}/wait/timeout_ms", ErrorCodes.InvalidPlan, $"timeout_ms is 1 to {WaitProgram.LongestMs}.");
        else if (wait.TimeoutMs is not null && kind != WaitKind.Signal)
            Add($"{at}/wait/timeout_ms", ErrorCodes.InvalidPlan,
                "Only a signal has a `timeout_ms`: a moment comes by itself.");
        var place = $"{at}/wait/{WaitProgram.MemberOf(kind)}";
        var template = CheckTemplate(step, place, WaitProgram.ValueOf(wait), found);
        if (template?.Literal is { } literal && WaitProgram.Read(kind, literal).Mistake is { } mistake)
            Add(place, ErrorCodes.WaitInvalid, mistake);
    }

    private void CheckTimeout(string at, int? timeoutMs)
    {
        if (timeoutMs is < 1 or > TimeoutMsMax)
            Add(at, ErrorCodes.InvalidPlan, $"timeout_ms is 1 to {TimeoutMsMax} (a day).");
    }

    private void Note(IEnumerable<string> references, PlanStep step, string at, SortedSet<int> found)
    {
        foreach (var name in references) CheckDependency(step, at, name, found);
    }

    private void CheckDependency(PlanStep step, string at, string? name, SortedSet<int> found)
    {
        if (name is null) Add(at, ErrorCodes.InvalidPlan, "A dependency is the id of a step.");
        else if (string.Equals(name, step.Id.Value, StringComparison.Ordinal))
            Add(at, ErrorCodes.InvalidPlan, $"Step '{name}' cannot depend on itself.");
        else if (_steps.TryGetValue(name, out var index)) found.Add(index);
        else if (!IsStep(name))
            Add(at, ErrorCodes.InvalidPlan, NoSuchStep(name));
    }

    private void CheckCall(PlanStep step, SkillContract? skill, string at, Payload? input, SortedSet<int> found)
    {
        if (CheckTemplate(step, at, input ?? Payload.Empty, found) is not { } template || skill is null) return;
        CheckKnown(skill, at, template);
        if (input is not null) CheckSecrets(skill, at, input);
    }

    /// <summary>Checks the expressions of a template; null where one has a syntax error.</summary>
    private Template? CheckTemplate(PlanStep step, string at, Payload document, SortedSet<int> found)
    {
        var compiler = new TemplateCompiler();
        var template = compiler.Compile(document.Element);
        foreach (var (pointer, message) in compiler.Mistakes) Add(at + pointer, ErrorCodes.ExpressionInvalid, message);
        for (var i = 0; i < template.Expressions.Length; i++)
        {
            var place = at + compiler.Places[i];
            var check = new ExpressionCheck(this, place, inFanOut: step.ForEach is not null);
            Note(check.Check(template.Expressions[i]), step, place, found);
        }
        return compiler.Mistakes.Count == 0 ? template : null;
    }

    // The schema needs the whole input, which is known, and checked, when the attempt is made. A skill takes the parts.
    private void CheckKnown(SkillContract skill, string at, Template template)
    {
        var problems = template.Literal is { } literal ? skills.CheckInput(skill, literal) : [];
        if (problems.Count == 0) problems = skills.FindMistakes(skill, template.Known);
        foreach (var problem in problems) Problems.Add(problem with { Pointer = at + problem.Pointer });
    }

    private void CheckSecrets(SkillContract skill, string at, Payload input)
    {
        foreach (var problem in SecretRules.FindMistakes(skill, input))
            Problems.Add(problem with { Pointer = at + problem.Pointer });
    }

    private void CheckKnown(SkillContract skill, string at, Payload? input)
    {
        if (input is not null) CheckSecrets(skill, at, input);
        var compiler = new TemplateCompiler();
        var template = compiler.Compile((input ?? Payload.Empty).Element);
        if (compiler.Mistakes.Count == 0) CheckKnown(skill, at, template);
    }

    private SkillContract? CheckSkill(string at, SkillRef reference)
    {
        if (reference.Name.Value is null)
        {
            Add($"{at}/skill", ErrorCodes.InvalidPlan, "A call names its skill.");
            return null;
        }
        if (skills.Resolve(reference) is { } skill)
        {
            _resolved[reference.Value] = skill;
            return skill;
        }
        var versions = skills.VersionsOf(reference.Name);
        if (versions.Count > 0)
            Add($"{at}/skill", ErrorCodes.SkillVersionMissing,
                $"No version of '{reference.Name}' is '{reference.Range}'; there are {string.Join(", ", versions)}.");
        else
            Add($"{at}/skill", ErrorCodes.UnknownSkill, $"There is no skill '{reference.Name}'."
                + (skills.NamesLike(reference.Name) is { Count: > 0 } like ? $" Did you mean '{like[0]}'?" : "")
                + " `aos skills` lists them.");
        return null;
    }

    private void CheckCircles(ImmutableArray<ImmutableArray<int>> dependencies)
    {
        foreach (var circle in StepGraph.FindCircles(dependencies))
        {
            var names = circle.Select(index => $"'{plan.Steps[index].Id}'").ToList();
            Add($"/steps/{circle[0]}", ErrorCodes.InvalidPlan,
                $"These steps depend on each other in a circle: {string.Join(" needs ", names)} needs {names[0]}.");
        }
    }
}
