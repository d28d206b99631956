namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>Privileges that hold while an object has no ACL of its own (acldefault in PostgreSQL).</summary>
internal static class ImpliedPrivileges
{
    internal static string[] OfPublic(string kind) =>
        kind switch
        {
            "database" => ["CONNECT", "TEMPORARY"],
            "function" or "functions" => ["EXECUTE"],
            "type" or "types" => ["USAGE"],
            _ => [],
        };

    /// <summary>With what initdb grants to everyone: on schema public, and on PostgreSQL's own schemas and what they hold.</summary>
    internal static string[] OfPublic(string kind, string? schema, int major) =>
        schema switch
        {
            // Since PostgreSQL 15 PUBLIC may use schema public and no longer create in it.
            "public" when kind == "schema" => major < 15 ? ["CREATE", "USAGE"] : ["USAGE"],
            "pg_catalog" or "information_schema" => kind == "schema" ? ["USAGE"] : ["EXECUTE", "SELECT"],
            _ => OfPublic(kind),
        };

    internal static string[] OfOwner(string kind) =>
        kind switch
        {
            "database" => ["CONNECT", "CREATE", "TEMPORARY"],
            "schema" or "schemas" => ["CREATE", "USAGE"],
            "table" or "tables" => ["DELETE", "INSERT", "MAINTAIN", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"],
            "sequence" or "sequences" => ["SELECT", "UPDATE", "USAGE"],
            "function" or "functions" => ["EXECUTE"],
            "types" => ["USAGE"],
            _ => [],
        };
}
