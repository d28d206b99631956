using System.Globalization;
using System.Text;
using System.Text.Unicode;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Yaml;

/// <summary>Bytes of a file → text, or the finding that says why not.</summary>
/// <remarks>Only LF and CRLF end lines afterwards, so that the lines we count are the lines an editor shows.</remarks>
public static class SourceDecoding
{
    // Neither line breaks to every tool nor visible to a reviewer.
    private const string Refused = "\u0085\u2028\u2029\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069\uFEFF";
    private static readonly System.Buffers.SearchValues<char> Suspicious = System.Buffers.SearchValues.Create(
        string.Concat(Enumerable.Range(0, 0xA0).Select(c => (char)c).Where(c => char.IsControl(c) && c is not ('\n' or '\t')))
            + Refused
    );

    /// <summary>The text without a byte-order mark, for excerpts; bytes that are not UTF-8 become U+FFFD.</summary>
    public static string Lenient(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(WithoutMark(bytes));

    internal static string? Decode(SourceFile file, List<Diagnostic> findings)
    {
        var bytes = file.Content.Span;
        if (bytes.Length > YamlLimits.FileBytesMax)
        {
            findings.Add(
                DocumentRules.FileTooLarge.At(
                    SourceSpan.WholeFile(file.Path),
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"the file has {bytes.Length:N0} bytes; at most {YamlLimits.FileBytesMax:N0} are read"
                    )
                )
            );
            return null;
        }
        if (!Utf8.IsValid(bytes))
        {
            findings.Add(NotUtf8(file.Path, bytes));
            return null;
        }
        var text = Encoding.UTF8.GetString(WithoutMark(bytes));
        var at = FirstRefused(text);
        if (at < 0)
            return text;
        var (line, column) = PlaceOf(text, at);
        findings.Add(
            DocumentRules.ForbiddenCharacter.At(
                new SourceSpan(file.Path, line, column, column + 1),
                text[at] == '\r'
                    ? "a carriage return stands alone; lines end with LF or CRLF"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"the character U+{(int)text[at]:X4} is invisible or a control character"
                    ),
                "write it as an escape inside double quotes, or remove it"
            )
        );
        return null;
    }

    private static int FirstRefused(string text)
    {
        var start = 0;
        while (true)
        {
            var found = text.AsSpan(start).IndexOfAny(Suspicious);
            if (found < 0)
                return -1;
            var at = start + found;
            if (text[at] != '\r' || at + 1 >= text.Length || text[at + 1] != '\n')
                return at;
            start = at + 2;
        }
    }

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> bytes) => bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;

    private static (int Line, int Column) PlaceOf(string text, int at)
    {
        var line = text.AsSpan(0, at).Count('\n') + 1;
        var start = text.LastIndexOf('\n', Math.Max(at - 1, 0), Math.Max(at, 0)) + 1;
        return (line, CodePoints(text.AsSpan(start, at - start)) + 1);
    }

    internal static int CodePoints(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        foreach (var c in text)
        {
            if (char.IsLowSurrogate(c))
                count--;
        }
        return count;
    }

    private static Diagnostic NotUtf8(string path, ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return DocumentRules.NotUtf8.At(
                SourceSpan.WholeFile(path),
                "the file is UTF-16; documents are UTF-8",
                "save it as UTF-8"
            );
        var offset = 0;
        while (Rune.DecodeFromUtf8(bytes[offset..], out _, out var used) == System.Buffers.OperationStatus.Done)
            offset += used;
        var line = bytes[..offset].Count((byte)'\n') + 1;
        var start = bytes[..offset].LastIndexOf((byte)'\n') + 1;
        var column = CodePoints(Lenient(bytes[start..offset])) + 1;
        return DocumentRules.NotUtf8.At(
            new SourceSpan(path, line, column, column + 1),
            string.Create(CultureInfo.InvariantCulture, $"byte 0x{bytes[offset]:X2} at offset {offset} is not UTF-8"),
            "save the file as UTF-8"
        );
    }
}
