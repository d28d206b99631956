using System.Globalization;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Reading;

/// <summary>Typed access to a mapping that its schema has already accepted.</summary>
/// <remarks>What a schema cannot say (the 31st of June) becomes a finding here and reads as a harmless value.</remarks>
internal readonly struct Fields(string path, LocatedNode node, List<Diagnostic> findings)
{
    public LocatedNode Node => node;

    /// <summary>Place of the mapping's first key.</summary>
    public SourceSpan At => (node.Keys.Count > 0 ? node.Keys[0] : node).SpanIn(path);

    public bool Has(string key) => node.KeyOf(key) is not null;

    public SourceSpan PlaceOf(string key) => (node[key] ?? node).SpanIn(path);

    /// <summary>Place of the key itself.</summary>
    public SourceSpan KeyPlace(string key) => (node.KeyOf(key) ?? node).SpanIn(path);

    public Fields? Map(string key) => node[key] is { } inner ? new Fields(path, inner, findings) : null;

    public IEnumerable<Fields> Maps(string key)
    {
        var (p, f) = (path, findings);
        return node[key]?.Items.Select(item => new Fields(p, item, f)) ?? [];
    }

    public string? Text(string key) => node[key]?.Text;

    public string Text(string key, string fallback) => node[key]?.Text ?? fallback;

    public Located<string>? Located(string key) =>
        node[key] is { } value ? new Located<string>(value.Text, value.SpanIn(path)) : null;

    /// <summary>A field that the schema requires.</summary>
    public Located<string> Needed(string key) =>
        Located(key) ?? throw new InvalidOperationException($"The schema requires '{key}'.");

    public EquatableArray<Located<string>> LocatedList(string key)
    {
        var p = path;
        return node[key]?.Items.Select(item => new Located<string>(item.Text, item.SpanIn(p))).ToEquatableArray() ?? [];
    }

    public EquatableArray<string> TextList(string key) => node[key]?.Items.Select(item => item.Text).ToEquatableArray() ?? [];

    public bool Flag(string key, bool fallback) => node[key] is { } value ? value.Text[0] is 't' or 'T' : fallback;

    public int? Number(string key) =>
        node[key] is { } value ? int.Parse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : null;

    public int Number(string key, int fallback) => Number(key) ?? fallback;

    public TimeSpan? Duration(string key) => LocatedDuration(key)?.Value;

    public Located<TimeSpan>? LocatedDuration(string key) =>
        node[key] is { } value ? new Located<TimeSpan>(DurationOf(value.Text, value.SpanIn(path)), value.SpanIn(path)) : null;

    /// <summary>A duration in a text of this mapping; one that is too long is a finding, and zero.</summary>
    public TimeSpan DurationOf(string text, SourceSpan at)
    {
        if (!DurationText.TryParse(text, out var duration))
            findings.Add(
                DocumentRules.NumberRange.At(
                    at,
                    $"the duration {BoundedText.Cut(text, 40)} is too long",
                    "at most 36500d, which is a hundred years"
                )
            );
        return duration;
    }

    public ByteCount? Size(string key, string suffix = "")
    {
        if (node[key] is not { } value)
            return null;
        if (ByteCount.TryParse(value.Text[..^suffix.Length], out var size))
            return size;
        findings.Add(DocumentRules.Pattern.At(value.SpanIn(path), $"the size {value.Text} is too large"));
        return null;
    }

    public DateTimeOffset? Moment(string key)
    {
        if (node[key] is not { } value)
            return null;
        if (MomentText.TryParse(value.Text, out var moment))
            return moment;
        findings.Add(DocumentRules.Pattern.At(value.SpanIn(path), $"'{value.Text}' is not in the calendar"));
        return DateTimeOffset.MinValue;
    }

    public string? Schedule(string key)
    {
        if (node[key] is { } value && !CronSchedule.TryParse(value.Text, out _, out var error))
            findings.Add(DocumentRules.Pattern.At(value.SpanIn(path), error.TrimEnd('.')));
        return node[key]?.Text;
    }

    public string TimeZone(string key)
    {
        if (node[key] is not { } value)
            return "UTC";
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(value.Text, out _))
            findings.Add(
                DocumentRules.Pattern.At(
                    value.SpanIn(path),
                    $"unknown time zone '{value.Text}'",
                    "write an IANA name such as Europe/Oslo"
                )
            );
        return value.Text;
    }

    /// <summary>Ranges as a server's access list reads them; bits of the host may be set, it masks them.</summary>
    public EquatableArray<string> AddressRanges(string key)
    {
        foreach (var item in node[key]?.Items ?? [])
        {
            if (AddressRange.Problem(item.Text) is { } problem)
                findings.Add(
                    DocumentRules.Pattern.At(
                        item.SpanIn(path),
                        problem,
                        "write the whole address and the length of its prefix, such as 10.0.0.0/8 or fd00::/8"
                    )
                );
        }
        return TextList(key);
    }

    public EquatableArray<Parameter> Parameters(string key)
    {
        if (node[key] is not { } map)
            return [];
        var read = new List<Parameter>(map.Keys.Count);
        for (var i = 0; i < map.Keys.Count; i++)
            read.Add(new Parameter(map.Keys[i].Text, map.Items[i].Text, map.Items[i].SpanIn(path)));
        return read.OrderBy(p => p.Name, StringComparer.Ordinal).ToEquatableArray();
    }

    /// <summary>Values by name whose types are not the schema's to say.</summary>
    public EquatableArray<WrittenParameter> Written(string key)
    {
        var p = path;
        return node[key] is { } map
            ? map
                .Keys.Zip(map.Items, (name, value) => new WrittenParameter(new Located<string>(name.Text, name.SpanIn(p)), value))
                .ToEquatableArray()
            : [];
    }

    public SecretReference? Secret(string key)
    {
        if (Map(key) is not { } secret)
            return null;
        return secret.Text("env") is { } variable
            ? new SecretReference.FromEnvironment(variable, secret.PlaceOf("env"))
            : new SecretReference.FromFile(secret.Needed("file").Value, secret.PlaceOf("file"));
    }

    public T Choice<T>(string key, T fallback)
        where T : struct, Enum => node[key] is { } value ? EnumWords.Parse<T>(value.Text) : fallback;

    public T? Choice<T>(string key)
        where T : struct, Enum => node[key] is { } value ? EnumWords.Parse<T>(value.Text) : null;

    public Located<T> LocatedChoice<T>(string key)
        where T : struct, Enum
    {
        var value = Needed(key);
        return new Located<T>(EnumWords.Parse<T>(value.Value), value.Span);
    }
}

/// <summary>Words of the documents for the names of the model: <c>operatorApproved</c>, <c>remote_write</c>.</summary>
public static class EnumWords
{
    public static T Parse<T>(string word)
        where T : struct, Enum =>
        Words<T>.ByWord.TryGetValue(word, out var value)
            ? value
            : throw new InvalidOperationException($"The schema allows only words of {typeof(T).Name}; '{word}' is none.");

    public static string Of<T>(T value)
        where T : struct, Enum => Words<T>.ByWord.First(w => EqualityComparer<T>.Default.Equals(w.Value, value)).Key;

    private static class Words<T>
        where T : struct, Enum
    {
        // Commit levels are PostgreSQL's own words; the others are ours.
        public static readonly Dictionary<string, T> ByWord = Enum.GetValues<T>()
            .ToDictionary(v => typeof(T) == typeof(CommitLevel) ? Snake($"{v}") : Camel($"{v}"), StringComparer.Ordinal);
    }

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static string Snake(string name) =>
        string.Concat(
            name.Select(
                (c, i) => char.IsAsciiLetterUpper(c) && i > 0 ? "_" + char.ToLowerInvariant(c) : $"{char.ToLowerInvariant(c)}"
            )
        );
}

/// <summary>A date, meaning 00:00 UTC of that day, or a time with its offset.</summary>
public static class MomentText
{
    private static readonly string[] Forms = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK"];

    public static bool TryParse(string text, out DateTimeOffset value) =>
        DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value);
}
