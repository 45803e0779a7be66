using Aos.Contracts.Expressions;
using Aos.Contracts.Failures;
using Aos.Kernel.Runs;

namespace Aos.Kernel.Plans;

/// <summary>Checks the expressions at one place of a plan: syntax, and names that nothing will ever answer
/// to.</summary>
internal sealed class ExpressionCheck(PlanChecking plan, string at, bool inFanOut)
{
    /// <summary>Checks a text.</summary>
    /// <returns>The steps that it refers to.</returns>
    public IEnumerable<string> Check(string text)
    {
        if (Expression.TryParse(text, out var expression, out var error)) return Check(expression);
        plan.Add(at, ErrorCodes.ExpressionInvalid, error.In(text));
        return [];
    }

    /// <summary>Checks a text that must give a list.</summary>
    /// <returns>The steps that it refers to.</returns>
    public IEnumerable<string> CheckList(string text)
    {
        // What it comes to is known here only where it reads nothing.
        if (Expression.TryParse(text, out var expression, out _)
            && expression.Evaluate(ExpressionValue.Unknown) is { IsSuccess: true, Value: { IsUnknown: false } value }
            && value.Kind != ExpressionValueKind.Array)
            plan.Add(at, ErrorCodes.InvalidPlan, ListRule.Broken(expression, value));
        return Check(text);
    }

    /// <summary>Checks a parsed expression.</summary>
    /// <returns>The steps that it refers to.</returns>
    public IEnumerable<string> Check(Expression expression)
    {
        foreach (var root in expression.Roots)
        {
            if (!RunScope.Roots.Contains(root, StringComparer.Ordinal))
                plan.Add(at, ErrorCodes.InvalidPlan,
                    $"'{ExpressionError.Shorten(expression.Text)}' reads '{root}', which is nothing; an expression "
                        + "reads input, steps, run or memory"
                    + (inFanOut ? ", item or index." : plan.IsStep(root) ? $". Did you mean 'steps.{root}'?" : "."));
            else if (!inFanOut && root is ("item" or "index"))
                plan.Add(at, ErrorCodes.InvalidPlan,
                    $"'{ExpressionError.Shorten(expression.Text)}' reads '{root}', which only a step with for_each has.");
        }
        foreach (var step in expression.MembersOf("steps").Where(step => !plan.IsStep(step) && at == "/output"))
            plan.Add(at, ErrorCodes.InvalidPlan, plan.NoSuchStep(step));
        return expression.MembersOf("steps");
    }
}
