namespace PgGitOps.Core.Sources;

/// <summary>A place in a file of the policy repository. Lines and columns count from 1; line 0 means the file as a whole.</summary>
/// <param name="Path">Path inside the repository, with forward slashes.</param>
/// <param name="EndColumn">Column after the last character when the value stands on one line, else equal to <paramref name="Column"/>.</param>
public readonly record struct SourceSpan(string Path, int Line, int Column, int EndColumn) : IComparable<SourceSpan>
{
    public static SourceSpan WholeFile(string path) => new(path, 0, 0, 0);

    public int CompareTo(SourceSpan other)
    {
        var byPath = string.CompareOrdinal(Path, other.Path);
        if (byPath != 0)
            return byPath;
        return Line != other.Line ? Line.CompareTo(other.Line) : Column.CompareTo(other.Column);
    }

    public override string ToString() => Line == 0 ? Path : $"{Path}:{Line}:{Column}";
}

/// <summary>A value together with the place it was written at.</summary>
public readonly record struct Located<T>(T Value, SourceSpan Span)
{
    public override string ToString() => $"{Value}";
}
