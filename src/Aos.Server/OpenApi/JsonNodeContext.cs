using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Aos.Server.OpenApi;

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class JsonNodeContext : JsonSerializerContext;
