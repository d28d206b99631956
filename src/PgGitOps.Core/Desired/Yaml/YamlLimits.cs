namespace PgGitOps.Core.Desired.Yaml;

/// <summary>Bounds on what one file may make the reader do. A pull request is written by somebody else.</summary>
public static class YamlLimits
{
    /// <summary>Policy documents are kilobytes; a larger file is a mistake or an attack.</summary>
    public const int FileBytesMax = 1 << 20;

    /// <summary>The YAML parser's recursion ends in a stack overflow that cannot be caught, at some 20,000 levels.</summary>
    public const int DepthMax = 100;

    /// <summary>Nodes of one document with every alias written out. Ten levels of ten aliases would be 10^10.</summary>
    public const int ExpandedNodesMax = 10_000;

    /// <summary>As the YAML specification bounds a key that stands before its colon. Paths of values are made of keys.</summary>
    public const int KeyLengthMax = 1_024;

    /// <summary>Nodes of one document as written.</summary>
    public const int NodesMax = 200_000;

    /// <summary>A value and its key take some thirty characters together, of those documents that people write. No limit: how much to make ready for.</summary>
    internal const int CharactersOfValue = 14;
}
