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

    internal static string[] OfOwner(string kind) =>
        kind switch
        {
            "database" => ["CONNECT", "CREATE", "TEMPORARY"],
            "schema" => ["CREATE", "USAGE"],
            "table" => ["DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"],
            "sequence" => ["SELECT", "UPDATE", "USAGE"],
            "function" => ["EXECUTE"],
            _ => [],
        };
}
