using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Text;

/// <summary>JSON with the same bytes everywhere: two spaces, LF, letters of any language as they are.</summary>
public static class JsonOutput
{
    public static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        IndentSize = 2,
        NewLine = "\n",
        // The files are not embedded in HTML; quotes and control characters are escaped all the same.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Ends with a line break.</summary>
    public static string Write(Action<Utf8JsonWriter> content) => Text(content) + "\n";

    public static string Text(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            content(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Name of a case as reports write it: <c>AtRisk</c> is <c>atRisk</c>.</summary>
    public static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    /// <summary>A moment as reports write it: UTC, no zeros at the end of a fraction.</summary>
    public static string Moment(DateTimeOffset at) =>
        at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>A place in a document; null where there is none.</summary>
    public static void WritePlace(this Utf8JsonWriter writer, string name, SourceSpan? span)
    {
        if (span is not { } at)
        {
            writer.WriteNull(name);
            return;
        }
        writer.WriteStartObject(name);
        writer.WriteString("path", at.Path);
        writer.WriteNumber("line", at.Line);
        writer.WriteNumber("column", at.Column);
        writer.WriteNumber("endColumn", at.EndColumn);
        writer.WriteEndObject();
    }

    /// <summary>A member that is left out where there is no value.</summary>
    public static void WriteOptional(this Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }
}
