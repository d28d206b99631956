using PgGitOps.Core.Desired.Yaml;

namespace PgGitOps.Core.Policies.Machinery;

/// <summary>The documents a bundle of rules looks at, and what is derived from them once.</summary>
internal sealed class Corpus
{
    private readonly System.Collections.Generic.Dictionary<string, int[]> byKind;
    private readonly System.Collections.Generic.Dictionary<(string Kind, string Name), int> byName = [];

    public Corpus(IReadOnlyList<CorpusDocument> documents)
    {
        Documents = documents;
        byKind = Enumerable
            .Range(0, documents.Count)
            .GroupBy(i => documents[i].Kind, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        for (var i = 0; i < documents.Count; i++)
            byName.TryAdd((documents[i].Kind, documents[i].Name), i);
    }

    public IReadOnlyList<CorpusDocument> Documents { get; }

    public IReadOnlyList<int> OfKind(string kind) => byKind.GetValueOrDefault(kind, []);

    public int? Find(string kind, string name) => byName.TryGetValue((kind, name), out var at) ? at : null;
}

/// <param name="Path">File of the document, with forward slashes.</param>
internal sealed record CorpusDocument(string Path, string Kind, string Name, LocatedNode Root);
