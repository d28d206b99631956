using PgGitOps.Core.Policies.Machinery;

namespace PgGitOps.Core.Policies.Language;

/// <summary>A document of any kind, also one of your own.</summary>
public sealed class Document
{
    internal Document(Evaluation run, int number)
    {
        var source = run.Corpus.Documents[number];
        Number = number;
        Kind = source.Kind;
        Name = source.Name;
        Path = source.Path;
        Root = new Value(run, number, source.Root, null, null);
    }

    internal int Number { get; }

    public string Kind { get; }

    public string Name { get; }

    /// <summary>File inside the policy repository, with forward slashes.</summary>
    public string Path { get; }

    /// <summary>The document as a whole.</summary>
    public Value Root { get; }

    public Value this[string key] => Root[key];

    /// <summary>The value at a dotted path of keys, such as <c>spec.backup.maxAge</c>.</summary>
    public Value At(string path) => Root.At(path);

    public Value Metadata => Root["metadata"];

    public Value Spec => Root["spec"];

    public Value Owner => Metadata["owner"];

    public Value Label(string name) => Metadata["labels"][name];

    public override string ToString() => $"{Kind}/{Name}";
}
