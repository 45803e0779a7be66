namespace Aos.Cli.Doctor;

/// <summary>How bad a finding is.</summary>
internal enum FindingLevel
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>It works, but somebody should look.</summary>
    Notable,

    /// <summary>It does not work.</summary>
    Wrong,
}

/// <summary>What a check found.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="Level">How bad it is.</param>
/// <param name="Message">What was found.</param>
/// <param name="Hint">What to do; null where nothing is to be done.</param>
internal sealed record Finding(string Check, FindingLevel Level, string Message, string? Hint = null);
