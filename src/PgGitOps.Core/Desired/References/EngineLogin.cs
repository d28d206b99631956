using System.Globalization;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

/// <summary>What would lock the engine out of its own servers: no later commit could repair it.</summary>
internal sealed class EngineLogin : IClusterCheck
{
    // The engine holds its lock, works and observes at the same time; PostgreSQL's own default is 3.
    private const int ReservedMin = 3;

    // Superusers are not counted, but the engine's login need not be one: lock, work, and five observers at a time.
    private const int SessionsMin = 10;

    public void Check(PlacedCluster placed, List<Diagnostic> findings)
    {
        if (placed.Environment is not { } environment)
            return;
        foreach (var role in placed.Cluster.Roles)
        {
            if (role.Name == environment.Access.User)
                Check(role, environment, findings);
        }
        foreach (var database in placed.Cluster.Databases)
        {
            // Where the writer's lock and the record are.
            if (database is { Name: "postgres", ConnectionLimit: >= 0 and < SessionsMin })
            {
                findings.Add(
                    ReferenceRules.ReservedName.At(
                        placed.Document.PlaceBeside(database.At, "connectionLimit") ?? database.At,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"connectionLimit {database.ConnectionLimit} leaves the engine too few sessions in database 'postgres', where it keeps its record"
                        ),
                        string.Create(CultureInfo.InvariantCulture, $"leave it out, or write at least {SessionsMin}")
                    )
                );
            }
        }
        foreach (var parameter in placed.Cluster.Parameters)
        {
            if (WhyShutOut(parameter, environment.Access) is { } why)
                findings.Add(
                    ReferenceRules.OwnedElsewhere.At(
                        parameter.At,
                        $"'{parameter.Name}' cannot be set to '{parameter.Value}': {why}",
                        "remove it"
                    )
                );
        }
    }

    private static void Check(Role role, FleetEnvironment environment, List<Diagnostic> findings)
    {
        var who = $"role '{role.Name}' is the login of the engine (access.user of environment '{environment.Name}')";
        foreach (var (field, at) in role.Places)
        {
            if (Weakens(role, field, environment.Access) is { } what)
                findings.Add(
                    ReferenceRules.ReservedName.At(
                        at,
                        $"{who}: {what}, and nothing of that could be repaired from Git",
                        $"remove {field}"
                    )
                );
        }
    }

    private static string? Weakens(Role role, string field, ServerAccess access) =>
        field switch
        {
            "login" when !role.Login => "it could no longer log in",
            "superuser" when !role.Superuser => "it would lose the right to manage the cluster",
            "createDb" when !role.CreateDb => "it could no longer create databases",
            "createRole" when !role.CreateRole => "it could no longer create roles",
            "replication" when !role.Replication => "it could no longer manage replication",
            "bypassRls" when !role.BypassRls => "row-level security would hide rows from it",
            "inherit" when !role.Inherit => "it would lose what it may do as a member of other roles",
            "connectionLimit" when role.ConnectionLimit >= 0 => "the engine could find no session left",
            "validUntil" when role.ValidUntil is not null => "its password would end",
            "password"
                when role.Password is { } secret && access.Password is { } known && secret.Describe() != known.Describe() =>
                $"it logs in with {known.Describe()}, not with {secret.Describe()}",
            "memberOf" => "a managed list of memberships would take the others from it",
            "settings" => "a setting of its sessions would change how the engine itself works",
            _ => null,
        };

    private static string? WhyShutOut(Parameter parameter, ServerAccess access) =>
        parameter.Name.ToLowerInvariant() switch
        {
            "ssl"
                when access.SslMode is "require" or "verify-ca" or "verify-full"
                    && parameter.Value.Trim().ToLowerInvariant() is "off" or "false" or "no" or "0" =>
                $"the engine logs in with sslMode {access.SslMode} and could not any more",
            "superuser_reserved_connections"
                when int.TryParse(parameter.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seats)
                    && seats < ReservedMin => string.Create(
                CultureInfo.InvariantCulture,
                $"when applications have taken all connections the engine needs {ReservedMin} of its own to repair anything"
            ),
            _ => null,
        };
}
