using System.Text.RegularExpressions;

namespace Aos.Skills.Standard.Llm;

/// <summary>Keys and tokens by the forms that their issuers give them. What is found is replaced by its kind; secrets
/// without a form of their own are not found.</summary>
internal static class SecretPatterns
{
    private static readonly (string Kind, Regex Pattern)[] Known =
    [
        ("private key", Of(@"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+(?:-----END [A-Z ]*PRIVATE KEY-----)?")),
        ("api key", Of(@"\bsk-[A-Za-z0-9_\-]{20,}")),
        ("cloud key", Of(@"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
        ("cloud key", Of(@"\bAIza[0-9A-Za-z_\-]{35}")),
        ("token", Of(@"\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36,}")),
        ("token", Of(@"\bgithub_pat_[A-Za-z0-9_]{40,}")),
        ("token", Of(@"\bglpat-[A-Za-z0-9_\-]{20,}")),
        ("token", Of(@"\bxox[abeoprs]-[A-Za-z0-9\-]{10,}")),
        ("web token", Of(@"\beyJ[A-Za-z0-9_\-]{10,}\.eyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}")),
    ];

    /// <summary>The text with what was found replaced.</summary>
    public static string Redact(string text)
    {
        foreach (var (kind, pattern) in Known)
            text = pattern.Replace(text, $"[{kind} removed]");
        return text;
    }

    private static Regex Of(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
}
