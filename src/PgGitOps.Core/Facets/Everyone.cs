namespace PgGitOps.Core.Facets;

/// <summary>The grantee that stands for everyone, PUBLIC in SQL.</summary>
/// <remarks>
/// In memory and in documents it is the exact word <c>public</c>, which PostgreSQL reserves: no role can bear it, while there can be roles called
/// <c>Public</c> and <c>PUBLIC</c>. Texts of objects say PUBLIC, and spell a role of that name with an escape.
/// </remarks>
public static class Everyone
{
    public const string Name = "public";

    internal const string Text = "PUBLIC";

    internal const string RoleText = "%50UBLIC";

    public static bool Is(string grantee) => grantee == Name;

    /// <summary>As sentences and SQL say it: PUBLIC for everyone, else the name of the role.</summary>
    public static string Words(string grantee) => Is(grantee) ? Text : grantee;
}
