using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning.Kinds.Unmanaged;

/// <summary>Something that no document can declare, as its catalog row tells it.</summary>
/// <param name="Owner">Empty for what has none.</param>
/// <param name="Privileges">As PostgreSQL writes lists of privileges; empty for those that its kind has by nature.</param>
/// <param name="Danger">In what way it is dangerous, a word; empty where it is not.</param>
internal sealed record UnmanagedFacts(string Type, string Identity, string Owner, string Privileges, string Danger)
{
    internal const string Catalog = "unmanaged";

    /// <summary>An object of an extension with the privileges that it came with: its name, its schema in the place of an owner, and whether it is a function.</summary>
    internal const string ExtensionMember = "extension member";

    internal string Name => $"{Type} {Identity}";

    internal static IEnumerable<UnmanagedFacts> In(IEnumerable<CatalogRow> rows) =>
        rows.Where(r => r.Catalog == Catalog)
            .Select(r => new UnmanagedFacts(r.Columns[0], r.Columns[1], r.Columns[2], r.Columns[3], r.Columns[4]));

    /// <summary>What follows from it; null for what is not dangerous.</summary>
    internal string? Consequence =>
        Danger switch
        {
            "" => null,
            "language" => "everyone who may use it runs code as the server's own user",
            "largeObject" => "everyone may change them",
            "mapping" => "everyone who may use the server connects to it with these credentials",
            "parameter" => "its settings can be changed by who is no superuser",
            "passwordless" => "it writes rows by itself, and connects without a password of its owner's",
            "server" => "everyone may make user mappings and tables on it, and connect from here to there",
            "subscription" => "it writes rows by itself, whatever the documents say",
            "system" => "privileges on PostgreSQL's own objects were given that it does not give by itself",
            "tablespace" => "everyone may fill its disk",
            "template" => "every role that may create databases can copy it with all its data",
            "trigger" =>
                "its function belongs to a role that is no superuser, and runs with the rights of whoever changes objects",
            "wrapper" => "everyone may make servers of it, and connect from here to anywhere",
            _ => $"dangerous ({Danger})",
        };
}
