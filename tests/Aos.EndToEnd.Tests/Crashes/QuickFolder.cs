namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>A folder in memory where there is one: what is in it is a picture of a disk, and need not be on one.</summary>
internal static class QuickFolder
{
    private const string Memory = "/dev/shm";

    public static string Create()
    {
        if (!Directory.Exists(Memory)) return Directory.CreateTempSubdirectory("aos-crash-").FullName;
        return Directory.CreateDirectory(Path.Combine(Memory, $"aos-crash-{Path.GetRandomFileName()}")).FullName;
    }
}
