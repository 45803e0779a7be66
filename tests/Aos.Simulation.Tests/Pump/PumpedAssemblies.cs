using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;

namespace Aos.Simulation.Tests.Pump;

/// <summary>Loads the runtime's own binary such that all that it awaits goes on where it was awaited: on the
/// pump.</summary>
/// <remarks>A library says <c>ConfigureAwait(false)</c> after each <c>await</c>, and so goes on in the thread pool.
/// That is one constant in front of each call of <c>ConfigureAwait</c>: it is turned into the other one in the bytes
/// that are loaded here, and nothing else is touched. The tests run outside of this context and ask through plain
/// text.</remarks>
internal sealed class PumpedAssemblies() : AssemblyLoadContext("simulation")
{
    private const string Pumped = "Aos.Runtime";
    private const byte LoadZero = 0x16; // ldc.i4.0; the numbers to 8 follow.
    private const byte LoadEight = 0x1E;
    private const byte Call = 0x28;
    private const byte CallVirtual = 0x6F;

    // What starts work elsewhere, or waits in a way of its own: the pump would not know of it.
    private static readonly HashSet<(string Type, string? Member)> Escapes =
    [
        ("Task", "Run"), ("TaskFactory", "StartNew"), ("TaskFactory`1", "StartNew"), ("ThreadPool", null),
        ("Thread", ".ctor"),
        ("Timer", ".ctor"), ("CancellationTokenSource", "CancelAsync"), ("ChannelReader`1", "ReadAllAsync"),
        ("Parallel", null),
    ];

    private static readonly Lazy<PumpedAssemblies> Instance = new(() => new PumpedAssemblies());

    /// <summary>A type of this project as the simulation has it.</summary>
    public static Type Find(string type) =>
        Instance.Value.LoadFromAssemblyName(typeof(PumpedAssemblies).Assembly.GetName())
            .GetType(type, throwOnError: true)!;

    /// <summary>Where the runtime starts work past its queue: methods, each with what it calls.</summary>
    public static IReadOnlyList<string> FindEscapes()
    {
        var found = new List<string>();
        Visit(File.ReadAllBytes(PathOf(Pumped)), (method, _, called) =>
        {
            if (!method.StartsWith("PoolWorkQueue.", StringComparison.Ordinal)
                && (Escapes.Contains(called) || Escapes.Contains((called.Type, null))))
                found.Add($"{method} calls {called.Type}.{called.Member}");
        });
        return found;
    }

    /// <summary>The bytes of an assembly with each <c>ConfigureAwait</c> turned, and how many there were.</summary>
    public static (byte[] Image, int Turned) Turn(byte[] image)
    {
        var turned = 0;
        var result = image.ToArray();
        Visit(image, (method, at, called) =>
        {
            if (called.Member != "ConfigureAwait") return;
            ref var constant = ref result[at - 1];
            if (constant is < LoadZero or > LoadEight || (constant - LoadZero) % 2 != 0)
                throw new BadImageFormatException(
                    $"{method} calls ConfigureAwait with something else than an even constant.");
            constant++; // false to true; for options, adds ContinueOnCapturedContext.
            turned++;
        });
        return (result, turned);
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name?.StartsWith("Aos.", StringComparison.Ordinal) != true) return null;
        var path = PathOf(assemblyName.Name);
        if (assemblyName.Name != Pumped) return LoadFromAssemblyPath(path);
        var symbols = Path.ChangeExtension(path, ".pdb");
        return LoadFromStream(new MemoryStream(Turn(File.ReadAllBytes(path)).Image),
            File.Exists(symbols) ? new MemoryStream(File.ReadAllBytes(symbols)) : null);
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, name + ".dll");

    // Calls back for each call in the code: the method, the place of the instruction in the file, what is called.
    private static void Visit(byte[] image, Action<string, int, (string Type, string? Member)> visit)
    {
        using var reader = new PEReader(new MemoryStream(image, writable: false));
        var metadata = reader.GetMetadataReader();
        var members = MembersOf(metadata);
        foreach (var handle in metadata.MethodDefinitions)
        {
            var method = metadata.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress == 0) continue;
            var section =
                reader.PEHeaders.SectionHeaders[reader.PEHeaders.GetContainingSectionIndex(
                    method.RelativeVirtualAddress)];
            var start = method.RelativeVirtualAddress - section.VirtualAddress + section.PointerToRawData;
            start += (image[start] & 3) == 2 ? 1 : 12; // A tiny header has one byte, a fat one twelve.
            var code = reader.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!;
            // Five bytes that are such a call by chance are not to be feared: a token is not that common a number.
            for (var at = 1; at + 5 <= code.Length; at++)
                if (code[at] is Call or CallVirtual
                    && members.TryGetValue(BitConverter.ToInt32(code, at + 1), out var called))
                    visit(NameOf(metadata, method), start + at, called);
        }
    }

    private static string NameOf(MetadataReader metadata, MethodDefinition method)
    {
        var name = metadata.GetString(method.Name);
        for (var type = method.GetDeclaringType(); !type.IsNil; type =
            metadata.GetTypeDefinition(type).GetDeclaringType())
            name = $"{metadata.GetString(metadata.GetTypeDefinition(type).Name)}.{name}";
        return name;
    }

    // What is called by token: members of other assemblies, generic ones through their instantiations.
    private static Dictionary<int, (string Type, string? Member)> MembersOf(MetadataReader metadata)
    {
        var members = new Dictionary<int, (string, string?)>();
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            members[MetadataTokens.GetToken(handle)] =
                (TypeName(metadata, member.Parent), metadata.GetString(member.Name));
        }
        for (var row = 1; row <= metadata.GetTableRowCount(TableIndex.MethodSpec); row++)
        {
            var instance = MetadataTokens.MethodSpecificationHandle(row);
            if (members.TryGetValue(
                MetadataTokens.GetToken(metadata.GetMethodSpecification(instance).Method), out var generic))
                members[MetadataTokens.GetToken(instance)] = generic;
        }
        return members;
    }

    private static string TypeName(MetadataReader metadata, EntityHandle type)
    {
        if (type.Kind == HandleKind.TypeReference)
            return metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)type).Name);
        if (type.Kind != HandleKind.TypeSpecification) return "";
        var blob = metadata.GetBlobReader(metadata.GetTypeSpecification((TypeSpecificationHandle)type).Signature);
        // GENERICINST, then CLASS or VALUETYPE, then what is instantiated.
        return blob.ReadByte() == 0x15 && blob.ReadByte() is 0x11 or 0x12
            ? TypeName(metadata, blob.ReadTypeHandle()) : "";
    }
}
