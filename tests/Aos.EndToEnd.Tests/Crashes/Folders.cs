namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>Folders of crash tests.</summary>
internal static class Folders
{
    private const string Memory = "/dev/shm";

    /// <summary>A new folder, in memory where there is one: what is in it is a picture of a disk, and need not be on
    /// one.</summary>
    public static string Create()
    {
        if (!Directory.Exists(Memory)) return Directory.CreateTempSubdirectory("aos-crash-").FullName;
        return Directory.CreateDirectory(Path.Combine(Memory, $"aos-crash-{Path.GetRandomFileName()}")).FullName;
    }

    /// <summary>Copies everything in a folder.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var folder in Directory.GetDirectories(from))
            Copy(folder, Directory.CreateDirectory(Path.Combine(to, Path.GetFileName(folder))).FullName);
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
