using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Secrets;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Kernel.Policies;

/// <summary>Which secrets a call may use. What the contract does not name is denied, and a reference counts only where
/// the plan itself has it: data that came from outside cannot ask for a secret.</summary>
public static class SecretRules
{
    /// <summary>Whether the contract lets a secret be used.</summary>
    public static bool Allow(ResourceContract contract, SecretName name)
    {
        foreach (var grant in contract.Secrets)
            if (grant.Name == name) return true;
        return false;
    }

    /// <summary>What is wrong with the references of an input as the plan has it: malformed ones, and those at places
    /// where the skill takes none. Pointers are relative to the input.</summary>
    public static IReadOnlyList<Problem> FindMistakes(SkillContract skill, Payload planned)
    {
        if (!SecretReference.MayBeIn(planned)) return [];
        var mistakes = new List<Problem>();
        foreach (var (pointer, name) in SecretReference.Find(planned.Element))
            if (name is null)
                mistakes.Add(new Problem(pointer, ErrorCodes.InvalidInput,
                    $"A reference to a secret is {{\"{SecretReference.Member}\": \"NAME\"}} and nothing else; NAME "
                        + $"is {SecretName.Rule}, written out."));
            else if (!IsTaken(skill, pointer))
                mistakes.Add(new Problem(pointer, ErrorCodes.InvalidInput, $"{skill.Name} takes no secret here. "
                    + (skill.Secrets.IsEmpty
                        ? "It takes none at all." : $"It takes them at {string.Join(", ", skill.Secrets)}.")));
        return mistakes;
    }

    /// <summary>The secrets that an input as the plan has it refers to, and that the contract does not let be
    /// used.</summary>
    public static IReadOnlyList<Problem> FindGaps(ResourceContract contract, Payload? planned)
    {
        if (planned is null || !SecretReference.MayBeIn(planned)) return [];
        var gaps = new List<Problem>();
        foreach (var (pointer, name) in SecretReference.Find(planned.Element))
            if (name is { } known && !Allow(contract, known))
                gaps.Add(new Problem(pointer, ErrorCodes.SecretNotAllowed, Gap(contract, known)));
        return gaps;
    }

    /// <summary>Judges the references of a call that is about to be made.</summary>
    /// <param name="skill">The skill, which says where it takes secrets.</param>
    /// <param name="contract">What is allowed.</param>
    /// <param name="input">The input of the call.</param>
    /// <param name="planned">The same input as the plan has it, before anything was put into it; null where it is not
    /// known.</param>
    /// <returns>Why the call may not be made; null where it may.</returns>
    public static Problem? Judge(SkillContract skill, ResourceContract contract, Payload input, Payload? planned)
    {
        if (skill.Secrets.IsEmpty || !SecretReference.MayBeIn(input)) return null;
        IReadOnlyList<(string Pointer, SecretName? Name)>? written = null;
        foreach (var reference in SecretReference.Find(input.Element))
        {
            if (reference.Name is not { } name || !IsTaken(skill, reference.Pointer)) continue;
            written ??= planned is null ? [] : SecretReference.Find(planned.Element);
            if (!written.Contains(reference))
                return new Problem(
                    reference.Pointer, ErrorCodes.SecretNotAllowed, $"The reference to secret '{name}' is not in "
                    + "the plan: it came out of a value. Write the reference into the step itself.");
            if (!Allow(contract, name))
                return new Problem(reference.Pointer, ErrorCodes.SecretNotAllowed, Gap(contract, name));
        }
        return null;
    }

    private static bool IsTaken(SkillContract skill, string pointer)
    {
        foreach (var pattern in skill.Secrets)
            if (SecretReference.IsAt(pointer, pattern)) return true;
        return false;
    }

    private static string Gap(ResourceContract contract, SecretName name) =>
        $"Agent '{contract.AgentId}' may not use secret '{name}'; add '{name}', or '{name}@host' for one host only, "
            + "to `secrets` of its profile.";
}
