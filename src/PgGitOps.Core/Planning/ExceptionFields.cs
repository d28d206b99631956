using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Kinds;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning;

/// <summary>Exceptions name objects and fields that there can be: one that names none treats nothing differently, and nobody would notice.</summary>
/// <remarks>An object need not be declared: what nobody declares is found as well. A field of it has to be one that its kind has.</remarks>
public static class ExceptionFields
{
    // What a pattern leaves out where it speaks of all members.
    private static readonly string AnyMember = new ObjectPath.Member("any") + "/";

    /// <returns>Ordered by place.</returns>
    public static EquatableArray<Diagnostic> Check(IReadOnlyList<Cluster> clusters) =>
        clusters
            .SelectMany(c => c.Exceptions.Select(e => Check(c, e)))
            .OfType<Diagnostic>()
            .OrderBy(d => d.Span)
            .ToEquatableArray();

    private static Diagnostic? Check(Cluster cluster, FieldException exception)
    {
        var text = exception.Field;
        if (text.EndsWith('*'))
            return IsBegun(text[..^1])
                ? null
                : Unknown("object", text, exception.At, [.. ObjectPath.FirstWords.Select(w => w + "/*")]);
        var declared = new Lazy<HashSet<string>>(() => [.. DeclaredIn(cluster)]);
        Diagnostic? wrong = null;
        for (var at = text.LastIndexOfAny(['.', ' ']); at > 0; at = text.LastIndexOfAny(['.', ' '], at - 1))
        {
            if (Read(text[..at]) is not { } path)
                continue;
            var (field, fields) = (text[(at + 1)..], FieldsOf(path));
            if (fields.Contains(field, StringComparer.Ordinal))
                return null;
            // A name may hold a point: the field is meant where the object is there, or where it is nearly one.
            if (text[at] == ' ' || declared.Value.Contains(text[..at]) || Suggestion.For(field, fields) is not null)
                wrong ??= Unknown($"field of {text[..at]}", field, exception.At, fields);
        }
        if (Read(text) is null)
            return wrong ?? Unknown("object", text, exception.At, WithFields(declared.Value));
        return wrong is null || declared.Value.Contains(text) ? null : wrong;
    }

    private static Diagnostic Unknown(string noun, string name, SourceSpan at, string[] known)
    {
        const int ListedMax = 20;
        return ReferenceRules.UnknownField.At(
            at,
            $"unknown {noun} '{name}'{Suggestion.Clause(name, known)}",
            known.Length is > 0 and <= ListedMax
                ? $"expected: {string.Join(", ", known.Order(StringComparer.Ordinal))}"
                : "write it as drift prints it, such as parameter/work_mem or role/app.login; * at the end matches any rest"
        );
    }

    private static string[] WithFields(IEnumerable<string> objects) =>
        [.. objects.SelectMany(o => Read(o) is { } path ? FieldsOf(path).Select(f => $"{o}.{f}").Prepend(o) : [o])];

    /// <summary>With or without the member that carries it; null for what is no object.</summary>
    private static ObjectPath? Read(string text) =>
        ObjectText.Parse(text) is var path and not ObjectPath.Unknown ? path
        : ObjectText.Parse(AnyMember + text) is var inside and not ObjectPath.Unknown ? inside
        : null;

    private static string[] FieldsOf(ObjectPath path) =>
        [.. (ObjectKinds.Find(path)?.Fields ?? [.. Field.All]).Select(f => f.ToString()).Order(StringComparer.Ordinal)];

    /// <summary>An object begins like this: its first word is one, or may become one.</summary>
    private static bool IsBegun(string text)
    {
        var first = text.Split('/')[0];
        return text.Contains('/', StringComparison.Ordinal)
            ? ObjectPath.FirstWords.Contains(first)
            : ObjectPath.FirstWords.Any(w => w.StartsWith(first, StringComparison.Ordinal));
    }

    private static IEnumerable<string> DeclaredIn(Cluster cluster) =>
        cluster
            .Members.Select(m => new ObjectPath.Member(m.Name).ToString())
            .Concat(cluster.Parameters.Select(p => new ObjectPath.Parameter("any", p.Name).WithoutMember!))
            .Concat(cluster.Roles.Select(r => new ObjectPath.Role(r.Name).ToString()))
            .Concat(cluster.Databases.Select(d => new ObjectPath.Database(d.Name).ToString()))
            .Concat(cluster.Databases.SelectMany(d => d.Schemas.Select(s => new ObjectPath.Schema(d.Name, s.Name).ToString())));
}
