using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning;

/// <summary>Names one manageable value of a cluster.</summary>
/// <param name="Object">
/// Path of the object, one of
/// <c>member/M</c>, <c>member/M/parameter/P</c>, <c>member/M/slot/S</c>, <c>member/M/accessList</c>,
/// <c>role/R</c>, <c>role/R/memberOf/G</c>, <c>role/R/setting/P</c>,
/// <c>database/D</c>, <c>database/D/setting/P</c>, <c>database/D/schema/S</c>, <c>database/D/extension/E</c>,
/// <c>database/D/grant/TARGET[/SCHEMA[/OBJECT]]/GRANTEE</c>, <c>database/D/defaultPrivilege/ROLE/SCHEMA-or-*/ON/GRANTEE</c>.
/// A slash or percent sign inside a name is written %2F, %25.
/// </param>
/// <param name="Field">Such as <c>exists</c>, <c>owner</c>, <c>login</c>, <c>value</c>, <c>privileges</c>.</param>
public sealed record FacetKey(string Cluster, string Object, string Field) : IComparable<FacetKey>
{
    public int CompareTo(FacetKey? other)
    {
        if (other is null)
            return 1;
        var order = string.CompareOrdinal(Cluster, other.Cluster);
        if (order == 0)
            order = string.CompareOrdinal(Object, other.Object);
        return order != 0 ? order : string.CompareOrdinal(Field, other.Field);
    }

    public override string ToString() => $"{Cluster}/{Object}.{Field}";
}

/// <summary>A value that compares by meaning and keeps its spelling.</summary>
/// <param name="Canonical">Equal texts mean equal values: <c>128MB</c> and <c>131072kB</c> share one.</param>
/// <param name="Display">How reports show it; for a secret a word such as <c>(set)</c>.</param>
public sealed record FacetValue(string Canonical, string Display)
{
    /// <summary>The spelling that is executed. Never what reports show: an empty text and the text "(empty)" are shown alike by some.</summary>
    public string Written { get; init; } = Display;

    public static FacetValue Of(string text) => new(text, text);

    public static FacetValue Of(bool value) => Of(value ? "true" : "false");

    public bool Equals(FacetValue? other) => other is not null && string.Equals(Canonical, other.Canonical, StringComparison.Ordinal);

    public override int GetHashCode() => string.GetHashCode(Canonical, StringComparison.Ordinal);

    public override string ToString() => Display;
}

/// <summary>A desired value with the place in Git that asks for it.</summary>
public sealed record DesiredFacet(FacetKey Key, FacetValue Value, SourceSpan At);
