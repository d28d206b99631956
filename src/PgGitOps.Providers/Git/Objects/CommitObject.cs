using System.Buffers.Text;
using System.Globalization;
using System.Text;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Providers.Git.Objects;

/// <summary>What a commit says.</summary>
/// <param name="Sha">40 hex digits.</param>
/// <param name="Author">As git shows it: name and address.</param>
/// <param name="Summary">First paragraph of the message, in one line.</param>
internal sealed record CommitObject(
    string Sha,
    string TreeId,
    IReadOnlyList<string> Parents,
    string Author,
    DateTimeOffset CommittedAt,
    string Summary,
    bool IsSigned
)
{
    private const int IdDigits = 40;

    /// <exception cref="ObjectDamagedException">It is no commit by Git's rules.</exception>
    public static CommitObject Parse(string id, byte[] content)
    {
        var rest = content.AsSpan();
        var tree =
            Line(ref rest) is var first && Id(first, "tree "u8) is { } treeId
                ? treeId
                : throw new ObjectDamagedException("it names no folder");
        var parents = new List<string>();
        var author = "";
        var committed = DateTimeOffset.UnixEpoch;
        var signed = false;
        while (!rest.IsEmpty)
        {
            var line = Line(ref rest);
            if (line.IsEmpty)
                break;
            if (line.StartsWith("parent "u8))
                parents.Add(Id(line, "parent "u8) ?? throw new ObjectDamagedException("it names no proper parent"));
            else if (line.StartsWith("author "u8) && author.Length == 0)
                author = Person(line[7..]);
            else if (line.StartsWith("committer "u8))
                committed = When(line[10..]);
            else if (line.StartsWith("gpgsig "u8))
                signed = true;
        }
        return new CommitObject(id, tree, parents, author, committed, FirstParagraph(Encoding.UTF8.GetString(rest)), signed);
    }

    /// <summary>The object that a tag names.</summary>
    /// <exception cref="ObjectDamagedException"/>
    public static string TagTarget(byte[] content)
    {
        var rest = content.AsSpan();
        return Id(Line(ref rest), "object "u8) ?? throw new ObjectDamagedException("it names no object");
    }

    private static ReadOnlySpan<byte> Line(ref Span<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        return line;
    }

    private static string? Id(ReadOnlySpan<byte> line, ReadOnlySpan<byte> key) =>
        line.Length == key.Length + IdDigits
        && line.StartsWith(key)
        && Encoding.ASCII.GetString(line[key.Length..]) is var id
        && ReferenceName.IsFullId(id)
            ? id.ToLowerInvariant()
            : null;

    private static string Person(ReadOnlySpan<byte> text)
    {
        var end = text.LastIndexOf((byte)'>');
        return Encoding.UTF8.GetString(end < 0 ? text : text[..(end + 1)]);
    }

    // Broken dates are common in imported histories and change nothing here but a display.
    private static DateTimeOffset When(ReadOnlySpan<byte> text)
    {
        var rest = text[(text.LastIndexOf((byte)'>') + 1)..].TrimStart((byte)' ');
        if (!Utf8Parser.TryParse(rest, out long seconds, out var used) || seconds < 0 || seconds > 253_402_300_799 - 86_400)
            return DateTimeOffset.UnixEpoch;
        var at = DateTimeOffset.FromUnixTimeSeconds(seconds);
        var zone = Encoding.ASCII.GetString(rest[used..].Trim((byte)' '));
        return
            zone.Length == 5
            && zone[0] is '+' or '-'
            && int.TryParse(zone.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var digits)
            && digits / 100 < 14
            && digits % 100 < 60
            && seconds > 86_400
            ? at.ToOffset(new TimeSpan(digits / 100, digits % 100, 0) * (zone[0] == '-' ? -1 : 1))
            : at;
    }

    private static string FirstParagraph(string message) =>
        string.Join(
            ' ',
            message.Split('\n').Select(line => line.Trim()).SkipWhile(line => line.Length == 0).TakeWhile(line => line.Length > 0)
        );
}
