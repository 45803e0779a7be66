namespace Aos.Cli.Rendering;

/// <summary>Asks a person on a terminal.</summary>
internal static class Question
{
    /// <summary>Whether the answer is yes; anything else is no.</summary>
    public static bool Ask(Screen screen, string question)
    {
        screen.Error.Write($"{question} [y/N] ");
        var answer = Console.In.ReadLine()?.Trim();
        return answer is "y" or "Y" or "yes";
    }
}
