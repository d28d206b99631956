using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PgGitOps.Cli.Output;

/// <summary>JSON made without reflection: indented reports for people and pipelines, one line a journal entry.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class JsonText : JsonSerializerContext
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static JsonText Context { get; } = new(Indented);
}
