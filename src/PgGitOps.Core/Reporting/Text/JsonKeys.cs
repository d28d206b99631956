using System.Globalization;
using System.Text.Json;

namespace PgGitOps.Core.Reporting.Text;

/// <summary>Keys of JSON objects: which of two equal ones counts differs between tools, so that what a person reads is not what is used.</summary>
internal static class JsonKeys
{
    /// <returns>The first key that stands twice in one object, with its place; null where there is none.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static string? Twice(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        var open = new Stack<HashSet<string>>();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    open.Push(new(StringComparer.Ordinal));
                    break;
                case JsonTokenType.EndObject:
                    open.Pop();
                    break;
                case JsonTokenType.PropertyName when reader.GetString()! is var key && !open.Peek().Add(key):
                    var before = bytes[..(int)reader.TokenStartIndex];
                    var line = before.Count((byte)'\n') + 1;
                    return string.Create(
                        CultureInfo.InvariantCulture,
                        $"line {line}, column {before.Length - before.LastIndexOf((byte)'\n')}: the key '{key}' stands twice in one object"
                    );
            }
        }
        return null;
    }
}
