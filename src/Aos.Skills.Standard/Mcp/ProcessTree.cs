using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Aos.Skills.Standard.Mcp;

/// <summary>The processes that a server started. A launcher such as <c>npx</c> may end before what it
/// launched.</summary>
internal sealed class ProcessTree : IDisposable
{
    private readonly List<Process> _descendants = [];

    private ProcessTree() { }

    /// <summary>The descendants of a process at this moment, where the system shows them in <c>/proc</c>; elsewhere
    /// none.</summary>
    public static ProcessTree Of(int root)
    {
        var tree = new ProcessTree();
        if (!OperatingSystem.IsLinux()) return tree;
        var children = ChildrenByParent();
        var waiting = new Stack<int>([root]);
        while (waiting.TryPop(out var parent))
            foreach (var child in children[parent])
            {
                if (Find(child) is { } process) tree._descendants.Add(process);
                waiting.Push(child);
            }
        return tree;
    }

    /// <summary>Ends those that are still there.</summary>
    public void Kill()
    {
        foreach (var process in _descendants)
            try
            {
                process.Kill();
            }
            catch (Exception gone) when (gone is InvalidOperationException or Win32Exception)
            {
                // It ended by itself.
            }
    }

    public void Dispose()
    {
        foreach (var process in _descendants) process.Dispose();
    }

    private static ILookup<int, int> ChildrenByParent() => Directory.EnumerateDirectories("/proc")
        .Select(
            folder =>
                int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                    ? id : 0)
        .Where(id => id > 0).Select(id => (Id: id, Parent: ParentOf(id))).ToLookup(one => one.Parent, one => one.Id);

    private static int ParentOf(int id)
    {
        try
        {
            // "pid (name) state ppid …", where the name may hold anything.
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ', 3);
            return int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return -1;
        }
    }

    // Its start is read now, by which the system's next process of that number is told from it.
    private static Process? Find(int id)
    {
        try
        {
            var process = Process.GetProcessById(id);
            _ = process.StartTime;
            return process;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }
}
