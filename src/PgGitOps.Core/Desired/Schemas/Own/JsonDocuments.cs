using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>One JSON text → a tree in which every value knows its place.</summary>
internal static class JsonDocuments
{
    /// <returns>The root, or null after a finding.</returns>
    public static LocatedNode? Read(string path, string text, List<Diagnostic> findings)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var places = new Places(bytes);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = YamlLimits.DepthMax });
        try
        {
            reader.Read();
            var table = new NodeTable(text.Length / YamlLimits.CharactersOfValue);
            var root = Value(ref reader, path, places, table, findings);
            // Only white space may follow; anything else is the reader's complaint.
            reader.Read();
            table.Seal();
            return root;
        }
        catch (JsonException e)
        {
            var (line, column) = places.Of(e.LineNumber ?? 0, e.BytePositionInLine ?? 0);
            var message = e.Message.Split(" LineNumber:", 2)[0].TrimEnd('.');
            findings.Add(
                DocumentRules.Syntax.At(new SourceSpan(path, line, column, column), $"the JSON is malformed: {message}")
            );
            return null;
        }
    }

    private static Diagnostic BrokenEscape(string path, int line, int column) =>
        DocumentRules.Syntax.At(
            new SourceSpan(path, line, column, column),
            "an escape of this text names half of a character",
            "\\uD800 to \\uDFFF stand in pairs only; a pattern that speaks of them is written with two backslashes"
        );

    private static LocatedNode? Value(
        ref Utf8JsonReader reader,
        string path,
        Places places,
        NodeTable table,
        List<Diagnostic> findings
    )
    {
        var (line, column) = places.At((int)reader.TokenStartIndex);
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return Scalar(ref reader, path, line, column, places, table, findings);
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        var node = table.Open(isObject ? NodeKind.Mapping : NodeKind.Sequence, line, column);
        var (keys, items) = (new List<LocatedNode>(), new List<LocatedNode>());
        var names = new HashSet<string>(StringComparer.Ordinal);
        var sound = true;
        while (reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            if (isObject)
            {
                var place = places.At((int)reader.TokenStartIndex);
                if (Scalar(ref reader, path, place.Line, place.Column, places, table, findings) is not { } key)
                {
                    sound = false;
                    reader.Read();
                    reader.Skip();
                    continue;
                }
                if (key.Text.Length > YamlLimits.KeyLengthMax)
                {
                    findings.Add(
                        DocumentRules.KeyNotText.At(
                            key.SpanIn(path),
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"the key has {key.Text.Length:N0} characters; at most {YamlLimits.KeyLengthMax:N0} are read"
                            )
                        )
                    );
                    sound = false;
                }
                else if (!names.Add(key.Text))
                {
                    findings.Add(
                        DocumentRules.DuplicateKey.At(
                            key.SpanIn(path),
                            $"the key '{key.Text}' stands twice",
                            "remove one of the two"
                        )
                    );
                    sound = false;
                }
                keys.Add(key);
                reader.Read();
            }
            if (Value(ref reader, path, places, table, findings) is { } item)
                items.Add(item);
            else
                sound = false;
        }
        if (!sound)
            return null;
        table.Close(node, CollectionsMarshal.AsSpan(keys), CollectionsMarshal.AsSpan(items));
        return node;
    }

    /// <returns>Null after a finding.</returns>
    private static LocatedNode? Scalar(
        ref Utf8JsonReader reader,
        string path,
        int line,
        int column,
        Places places,
        NodeTable table,
        List<Diagnostic> findings
    )
    {
        // The colon after a name is consumed with it: its end is the end of its quotes.
        var isText = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
        string? text;
        try
        {
            text = isText ? reader.GetString()! : Encoding.ASCII.GetString(reader.ValueSpan);
        }
        catch (InvalidOperationException)
        {
            text = null;
        }
        if (text is null || text.Contains('\0', StringComparison.Ordinal))
        {
            findings.Add(
                text is null
                    ? BrokenEscape(path, line, column)
                    : DocumentRules.ForbiddenCharacter.At(
                        new SourceSpan(path, line, column, column),
                        "the text holds the character U+0000"
                    )
            );
            return null;
        }
        var kind = reader.TokenType switch
        {
            JsonTokenType.String or JsonTokenType.PropertyName => NodeKind.String,
            JsonTokenType.True or JsonTokenType.False => NodeKind.Boolean,
            JsonTokenType.Null => NodeKind.Null,
            _ => ScalarKind.Of(text),
        };
        return table.Add(
            kind,
            text,
            line,
            column,
            places.At((int)reader.TokenStartIndex + reader.ValueSpan.Length + (isText ? 2 : 0)).Column
        );
    }

    /// <summary>Offsets in UTF-8 → lines, and columns in code points.</summary>
    private sealed class Places
    {
        private readonly byte[] text;
        private readonly List<int> starts = [0];

        public Places(byte[] text)
        {
            this.text = text;
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] == '\n')
                    starts.Add(i + 1);
            }
        }

        // The place asked for last: places come in order, and a schema may be one long line.
        private int atOffset,
            atCodePoints;

        public (int Line, int Column) At(int offset)
        {
            var found = starts.BinarySearch(offset);
            var line = found >= 0 ? found : ~found - 1;
            if (atOffset < starts[line] || atOffset > offset)
                (atOffset, atCodePoints) = (starts[line], 0);
            atCodePoints += CodePoints(atOffset, offset);
            atOffset = offset;
            return (line + 1, atCodePoints + 1);
        }

        public (int Line, int Column) Of(long line, long byteInLine)
        {
            var at = (int)Math.Min(line, starts.Count - 1);
            return (at + 1, CodePoints(starts[at], (int)Math.Min(text.Length, starts[at] + byteInLine)) + 1);
        }

        private int CodePoints(int from, int to)
        {
            var count = 0;
            for (var i = from; i < Math.Min(to, text.Length); i++)
            {
                if ((text[i] & 0xC0) != 0x80)
                    count++;
            }
            return count;
        }
    }
}
