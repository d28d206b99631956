using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds;

/// <param name="Noun">Such as <c>schema</c>; begins a sentence with a capital letter.</param>
/// <param name="Silent">Fields whose name adds nothing to the object's: a report shows the object alone.</param>
internal sealed record KindWords(string Noun, params Field[] Silent)
{
    /// <summary>Several of it; what is one text for each server stays as it is.</summary>
    internal string Plural { get; init; } = Noun + "s";

    /// <summary>Such as <c>Schema shop.app</c>.</summary>
    internal string Named(string name) => $"{char.ToUpperInvariant(Noun[0])}{Noun[1..]} {name}";
}

/// <summary>What is done about an object that was there and is gone.</summary>
internal enum Recreation
{
    /// <summary>It holds no rows: it is made anew without being asked for.</summary>
    Free,

    /// <summary>Made anew it would be empty, and whoever uses it would not notice at once: an approval has to name it.</summary>
    ByApproval,
}
