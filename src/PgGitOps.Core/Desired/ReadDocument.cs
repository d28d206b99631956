using PgGitOps.Core.Desired.Schemas;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired;

/// <summary>One document as written, with the place of every value.</summary>
public sealed class ReadDocument(string path, string? kind, string? name, LocatedNode root, object? content)
{
    private NodeIndex? index;

    public string Path { get; } = path;

    /// <summary>As written; null where it is missing or no text.</summary>
    public string? Kind { get; } = kind;

    /// <summary><c>metadata.name</c> as written, or null.</summary>
    public string? Name { get; } = name;

    public LocatedNode Root { get; } = root;

    /// <summary>The typed document (<see cref="Cluster"/>, <see cref="RecoveryPolicy"/> …), or null where it is wrong.</summary>
    public object? Content { get; } = content;

    /// <summary>As <c>Kind/name</c>, or null where one of them is missing.</summary>
    public string? Id { get; } = kind is null || name is null ? null : $"{kind}/{name}";

    /// <summary>The value at a field path such as <c>spec.members[1].host</c>, or null.</summary>
    public LocatedNode? Find(string field) => (index ??= new NodeIndex(Root)).FindField(field);

    /// <summary>The field that stands at a place, or null.</summary>
    public string? FieldAt(SourceSpan span) => span.Path == Path ? (index ??= new NodeIndex(Root)).FieldAt(span) : null;

    /// <summary>Place of a field that stands in the same mapping as the value at <paramref name="sibling"/>, or null.</summary>
    public SourceSpan? PlaceBeside(SourceSpan sibling, string key) =>
        FieldAt(sibling) is { } field && field.LastIndexOf('.') is > 0 and var dot
            ? Find($"{field[..dot]}.{key}")?.SpanIn(Path)
            : null;

    /// <summary>Adds the document's name and, where it is not given, the field that stands at the finding's place.</summary>
    internal Diagnostic Locate(Diagnostic finding)
    {
        var field = finding.Field ?? FieldAt(finding.Span);
        return finding with { Document = Id, Field = string.IsNullOrEmpty(field) ? null : field };
    }
}
