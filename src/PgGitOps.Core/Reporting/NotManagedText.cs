using System.Text.Json;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting;

/// <summary>What is declared and kept by nobody here, for programs.</summary>
internal static class NotManagedText
{
    internal static void Write(Utf8JsonWriter json, EquatableArray<NotManaged> parts)
    {
        json.WriteStartArray("notManaged");
        foreach (var part in parts)
        {
            json.WriteStartObject();
            json.WriteString("what", part.What);
            json.WriteString("owner", JsonOutput.Camel(part.Owner.ToString()));
            json.WritePlace("because", part.At);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
