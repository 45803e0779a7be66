using System.Text.Json;
using Aos.Cli.Invocation;
using Aos.Contracts;
using Aos.Contracts.Plans;
using Aos.Contracts.Policies;
using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>Policies, and what was found about them.</summary>
internal static class PolicyView
{
    public static void ShowAll(Session session, IReadOnlyList<Policy> policies)
    {
        if (policies.Count == 0)
        {
            session.Screen.Error.WriteLine(session.IsRemote ? "The server has no policies."
                : $"There are no policies. Put them into '{Plain.Of(PolicyFiles.FolderOf(session.Data))}'.");
            return;
        }
        var table = new Listing("POLICY", "VERSION", "SCOPE", "DEFAULT", "RULES", "DESCRIPTION");
        foreach (var policy in policies)
            table.Add(policy.Name, $"{policy.Version}", Words.Spaced(policy.Scope ?? PolicyScope.Tenant),
                Words.Spaced(policy.Default ?? PolicyDefault.Allow), $"{policy.Rules.Count}", policy.Description);
        table.Show(session.Screen);
    }

    public static void Show(Screen screen, Policy policy)
    {
        var text = new Paragraph();
        text.Append($"{policy.Name} version {policy.Version}\n", Styles.Strong);
        if (policy.Description is { } description) text.Append($"{Plain.Of(description)}\n");
        text.Append($"scope:    {Words.Spaced(policy.Scope ?? PolicyScope.Tenant)}\n");
        text.Append($"default:  {Words.Spaced(policy.Default ?? PolicyDefault.Allow)}\n");
        foreach (var rule in policy.Rules)
        {
            text.Append($"\n{rule.Id}: ", Styles.Strong);
            text.Append($"{Words.Spaced(rule.Verdict)}{Amount(rule)}\n", StyleOf(rule.Verdict));
            if (rule.Reason is { } reason) text.Append($"  because  {Plain.Of(reason)}\n");
            text.Append($"  calls    {(rule.Match is { } match ? Describe(match) : "all")}\n");
            if (rule.Unless is { } unless) text.Append($"  but not  {Describe(unless)}\n");
        }
        screen.Canvas.Write(text);
    }

    public static void Show(Screen screen, PolicyTestReport report)
    {
        foreach (var one in report.Cases)
        {
            var text = new Paragraph();
            text.Append(one.Passed ? "✓ " : "✗ ", one.Passed ? Styles.Good : Styles.Bad);
            text.Append($"{Plain.Line(one.Name, 200)}\n");
            if (!one.Passed)
                text.Append($"    expected {Expected(one)}, found {Words.Spaced(one.Found)}"
                    + $"{(one.Rules.IsEmpty ? " by no rule" : $" by {string.Join(", ", one.Rules)}")}\n", Styles.Bad);
            screen.Canvas.Write(text);
        }
        var failed = report.Cases.Count(one => !one.Passed);
        screen.Error.WriteLine(
            failed == 0 ? $"{Words.Count(report.Cases.Count, "case")} passed"
                : $"{failed} of {Words.Count(report.Cases.Count, "case")} failed");
    }

    public static void Show(Screen screen, WhatIfReport report)
    {
        if (!report.Changes.IsEmpty)
        {
            var table = new Listing("RUN", "STEP", "SKILL", "WAS", "WOULD", "RULE");
            foreach (var change in report.Changes)
                table.Add(
                    change.RunId.Value,
                    change.Item is { } item ? $"{change.StepId}[{item}]" : change.StepId.Value, change.Skill,
                    new Cell(Words.Spaced(change.Was), StyleOf(change.Was)),
                    new Cell(Words.Spaced(change.Would), StyleOf(change.Would)),
                    change.Rules.IsEmpty ? "" : $"{change.Rules[0].Policy} {change.Rules[0].Rule}");
            table.Show(screen);
        }
        screen.Error.WriteLine($"{report.Policy} version {report.Version} would change {report.Changes.Count} "
            + $"of {Words.Count(report.Calls, "verdict")} "
            + $"in {Words.Count(report.Runs, "run")}.");
    }

    private static string Expected(CaseResult one) =>
        Words.Spaced(one.Expected) + (one.Rule is null ? "" : $" by {one.Rule}");

    private static string Amount(PolicyRule rule) => rule switch
    {
        { Limit: { } limit } => " to " + string.Join(" and ", new[]
        {
            limit.MaxCalls is { } calls ? Words.Count(calls, "call") : null,
            limit.MaxCost is { } cost ? $"{cost}" : null,
        }.OfType<string>()) + " a run",
        { Verdict: RuleVerdict.RequireApproval } => $" of {Approvers(rule.Approval ?? new ApprovalSpec())}",
        _ => "",
    };

    private static string Approvers(ApprovalSpec spec) =>
        $"{(spec.Quorum is > 1 and var many ? $"{many} people of role" : "role")} '{Plain.Of(spec.Role ?? "approver")}'"
        + (spec.Escalate is { } escalate
            ? $", after {Times.Span(escalate.AfterMs)} also of role '{Plain.Of(escalate.Role)}'" : "")
        + (spec.ReasonRequired == true ? ", with a reason" : "");

    // The conditions as the document has them, without those that are not there.
    private static string Describe(PolicyMatch match)
    {
        using var document = JsonDocument.Parse(AosJson.Write(match));
        var parts = document.RootElement.EnumerateObject()
            .Where(member => member.Value is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() > 0)
            .Select(member => $"{member.Name} {JsonView.Line(member.Value)}");
        return string.Join(", ", parts) is { Length: > 0 } text ? text : "all";
    }

    private static Style StyleOf(RuleVerdict verdict) => verdict switch
    {
        RuleVerdict.Deny => Styles.Bad,
        RuleVerdict.Allow => Styles.Good,
        _ => Styles.Wait,
    };

    private static Style StyleOf(CaseVerdict verdict) => verdict switch
    {
        CaseVerdict.Deny => Styles.Bad,
        CaseVerdict.Allow => Styles.Good,
        _ => Styles.Wait,
    };
}
