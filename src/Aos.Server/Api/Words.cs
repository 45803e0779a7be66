using System.Text.Json;

namespace Aos.Server.Api;

/// <summary>Enums as JSON spells them.</summary>
internal static class Words
{
    public static string Snake<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
