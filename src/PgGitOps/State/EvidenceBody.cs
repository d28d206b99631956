using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PgGitOps.Core.Evidence;

namespace PgGitOps.State;

/// <summary>What an entry of a series holds.</summary>
internal static class EvidenceBody
{
    /// <returns>Null for what cannot be understood: it may be of another version.</returns>
    public static T? Parse<T>(EvidenceEntry entry, JsonTypeInfo<T> json)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(entry.Body, json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
