using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Aos.Contracts.Values;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>What a process does to the files of one directory: recorded, made to fail, or ended at the n-th call. A
/// library that stands in front of the C library (<c>disk.c</c>), so that it is the product's own binary that
/// runs.</summary>
internal static partial class DiskShim
{
    /// <summary>The error of a disk that does not answer.</summary>
    public const int IoError = 5;

    /// <summary>The error of a disk without room.</summary>
    public const int NoSpace = 28;

    private static readonly Lazy<string> Built = new(Build);

    /// <summary>The library. The first call compiles it.</summary>
    public static string Library => Built.Value;

    /// <summary>The variables of a process that is watched.</summary>
    /// <param name="root">The directory, whose name is absolute.</param>
    /// <param name="record">Where its record goes; none where null.</param>
    /// <param name="killAt">The call in whose place it is killed; 0: none.</param>
    public static Dictionary<string, string?> Watch(string root, string? record, int killAt = 0) =>
        new(StringComparer.Ordinal)
        {
            ["LD_PRELOAD"] = Library,
            ["AOS_DISK_ROOT"] = root,
            ["AOS_DISK_LOG"] = record,
            ["AOS_DISK_KILL_AT"] = killAt.ToString(CultureInfo.InvariantCulture),
        };

    /// <summary>Lets a call of this process fail, which was started with <see cref="Watch"/>; see
    /// <c>disk.c</c>.</summary>
    [LibraryImport("disk", EntryPoint = "aos_disk_fail")]
    public static partial void Fail(nint at, int error, FaultSpan span);

    /// <summary>How many calls were counted since the start, or since the last <see cref="Fail"/>.</summary>
    [LibraryImport("disk", EntryPoint = "aos_disk_calls")]
    public static partial nint Calls();

    /// <summary>Finds the library that stands in front of this process already.</summary>
    public static void Attach() => NativeLibrary.SetDllImportResolver(typeof(DiskShim).Assembly, static (name, _, _) =>
        name == "disk" ? NativeLibrary.Load(Environment.GetEnvironmentVariable("LD_PRELOAD")!) : 0);

    private static string Build()
    {
        var source = Path.Combine(AppContext.BaseDirectory, "disk.c");
        var library =
            Path.Combine(AppContext.BaseDirectory, $"disk-{Digest.Of(File.ReadAllBytes(source)).Hex[..16]}.so");
        if (File.Exists(library)) return library;
        var draft = $"{library}.{Environment.ProcessId}";
        var start = new ProcessStartInfo("cc") { RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])[
            "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", draft, source, "-ldl", "-lpthread"])
            start.ArgumentList.Add(argument);
        try
        {
            using var compiler = Process.Start(start)!;
            var said = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            Assert.True(compiler.ExitCode == 0, $"disk.c does not compile:\n{said}");
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            Assert.Fail(
                $"These tests need a C compiler, 'cc' (Debian: apt-get install gcc libc6-dev): {missing.Message}");
        }
        File.Move(draft, library, overwrite: true);
        return library;
    }
}

/// <summary>Which calls fail.</summary>
internal enum FaultSpan
{
    /// <summary>One.</summary>
    Once,

    /// <summary>One and all after it.</summary>
    FromThenOn,

    /// <summary>One, which writes half of what it should, and all after it.</summary>
    HalfThenFromThenOn,
}
