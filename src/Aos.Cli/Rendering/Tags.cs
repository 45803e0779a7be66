using Aos.Cli.Invocation;

namespace Aos.Cli.Rendering;

/// <summary>ETags, beside what they are of.</summary>
internal static class Tags
{
    public static void Show(Session session, string? tag)
    {
        if (tag is not null) session.Screen.Error.WriteLine($"aos: ETag {tag}");
    }
}
