using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Facets;

/// <summary>Names one manageable value of a cluster.</summary>
public sealed record FacetKey(string Cluster, ObjectPath Object, Field Field) : IComparable<FacetKey>
{
    public int CompareTo(FacetKey? other)
    {
        if (other is null)
            return 1;
        var order = string.CompareOrdinal(Cluster, other.Cluster);
        if (order == 0)
            order = Object.CompareTo(other.Object);
        return order != 0 ? order : Field.CompareTo(other.Field);
    }

    public bool Equals(FacetKey? other) =>
        ReferenceEquals(this, other)
        || (
            other is not null
            && Object.Equals(other.Object)
            && Field.Equals(other.Field)
            && string.Equals(Cluster, other.Cluster, StringComparison.Ordinal)
        );

    // Keys of one table nearly always belong to one cluster, and both parts keep their hash.
    public override int GetHashCode() => HashCode.Combine(Object.GetHashCode(), Field.GetHashCode());

    public override string ToString() => $"{Cluster}/{Object}.{Field}";
}

/// <summary>A value in the three forms that must not stand in for one another. Two values are equal where their canonical forms are.</summary>
/// <param name="Canonical">What is compared: <c>128MB</c> and <c>131072kB</c> share one.</param>
/// <param name="Written">As Git or the server spells it: the one form that may be executed.</param>
/// <param name="Display">As reports show it, for a secret a word such as <c>(set)</c>. Never executed: an empty text and the text "(empty)" are shown alike by some.</param>
public sealed record FacetValue(string Canonical, string Written, string Display)
{
    /// <summary>A text that means, says and shows itself.</summary>
    public static FacetValue Of(string text) => new(text, text, text);

    public static FacetValue Of(bool value) => Of(value ? "true" : "false");

    /// <summary>A word for a state that no statement names, such as that a password is set.</summary>
    public static FacetValue Shown(string canonical, string display) => new(canonical, canonical, display);

    public bool Equals(FacetValue? other) =>
        other is not null && string.Equals(Canonical, other.Canonical, StringComparison.Ordinal);

    public override int GetHashCode() => string.GetHashCode(Canonical, StringComparison.Ordinal);

    public override string ToString() => Display;
}

/// <summary>A desired value with the place in Git that asks for it.</summary>
public sealed record DesiredFacet(FacetKey Key, FacetValue Value, SourceSpan At);
