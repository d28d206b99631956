using System.CommandLine;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Importing;
using PgGitOps.Core.Reporting.Importing;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Postgres.Observing;
using PgGitOps.Wiring;

namespace PgGitOps.Commands;

/// <summary>Documents written from a live cluster that has none; planning them at once changes nothing.</summary>
internal static class ImportCommand
{
    private static readonly string[] SslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
    private static readonly Argument<string> ClusterArgument = new("CLUSTER") { Description = "Name the cluster is to have" };
    private static readonly ListSetting Members = new(
        "--member",
        "NAME=ADDRESS:PORT/SITE/DOMAIN/HOST",
        "A server of the cluster, and the site, failure domain and host it stands in; once for each"
    );
    private static readonly Setting<string> User = new(
        "--user",
        "ROLE",
        "Administrative role to log in with; default: postgres",
        t => t,
        "postgres"
    );
    private static readonly Setting<string> ReplicationUser = new(
        "--replication-user",
        "ROLE",
        "Role that standbys stream with; default: replicator",
        t => t,
        "replicator"
    );
    private static readonly Setting<string?> PasswordFile = new(
        "--password-file",
        "FILE",
        "File that holds the password; it is never written into a document",
        t => t,
        null
    );
    private static readonly Setting<string?> PasswordVariable = new(
        "--password-env",
        "VARIABLE",
        "Environment variable that holds the password",
        t => t,
        null
    );
    private static readonly Setting<string> SslMode = new(
        "--ssl-mode",
        "MODE",
        "disable, prefer, require, verify-ca or verify-full; default: prefer",
        t => SslModes.Contains(t) ? t : throw new FormatException($"'{t}' is none of {string.Join(", ", SslModes)}"),
        "prefer"
    );
    private static readonly Setting<string?> Owner = new("--owner", "TEAM", "Owner of the documents", t => t, null);
    private static readonly Setting<string?> Into = new(
        "--into",
        "DIR",
        "Write the documents below environments/ of this policy repository; without it the cluster's goes to stdout",
        t => t,
        null
    );

    public static CommandDefinition Define() =>
        new(
            new Command("import", "Write documents from a live cluster, so that planning them changes nothing")
            {
                ClusterArgument,
                Members.Option,
                User.Option,
                ReplicationUser.Option,
                PasswordFile.Option,
                PasswordVariable.Option,
                SslMode.Option,
                Owner.Option,
                Into.Option,
            },
            RunAsync
        );

    private static async Task<ExitCode> RunAsync(Invocation invocation)
    {
        _ = invocation.Format(OutputFormat.Yaml);
        var parsed = invocation.Parsed;
        var placements = Members.Read(parsed).Select(Placement).ToEquatableArray();
        if (placements.Count == 0)
            throw new UsageException("import needs at least one --member");
        var request = new ImportRequest
        {
            Cluster = parsed.GetRequiredValue(ClusterArgument),
            Environment = invocation.Environments is [var one]
                ? one
                : throw new UsageException("import needs the one environment the cluster belongs to: -e NAME"),
            Placements = placements,
            AccessUser = User.Read(parsed),
            AccessPassword = Password(invocation),
            SslMode = SslMode.Read(parsed),
            ReplicationUser = ReplicationUser.Read(parsed),
            Owner = Owner.Read(parsed),
        };
        await using var engine = new Engine(invocation);
        var target = new ClusterTarget
        {
            Name = request.Cluster,
            Members = [.. placements.Select(p => new MemberTarget(p.Member, p.Address, p.Port))],
            Access = new ServerAccess(
                request.AccessUser,
                request.AccessPassword,
                request.ReplicationUser,
                null,
                SslMode.Read(parsed),
                TimeSpan.FromSeconds(5),
                TimeSpan.FromSeconds(30),
                "~/pggitops",
                null,
                []
            ),
            AllDatabases = true,
        };
        var snapshot = await engine.ObserveAsync(target, invocation.Stopping);
        return ClusterDocumentWriter
            .Write(snapshot, request)
            .Match(
                written => Write(invocation, request, written),
                impossible =>
                {
                    invocation.WriteError($"pggitops: {request.Cluster} cannot be imported: {impossible.Reason}");
                    return ExitCode.Error;
                }
            );
    }

    private static ExitCode Write(Invocation invocation, ImportRequest request, ImportOutcome.Written written)
    {
        var cluster = written.Yaml;
        if (Into.Read(invocation.Parsed) is not { } root)
        {
            invocation.WriteOut(cluster);
            TellLeftOut(invocation, written);
            return ExitCode.Done;
        }
        var directory = Path.Combine(root, "environments", request.Environment);
        var environment = Path.Combine(directory, "environment.yaml");
        var document = Path.Combine(directory, "clusters", request.Cluster + ".yaml");
        if (File.Exists(document))
            throw new UsageException($"{document} exists already", "remove it, or import without --into and compare");
        Directory.CreateDirectory(Path.Combine(directory, "clusters"));
        // An environment that is declared already knows more than this one member list.
        if (File.Exists(environment))
            invocation.Say($"{environment} is left as it is: see that it declares the hosts");
        else
        {
            Invocation.WriteFile(environment, EnvironmentDocumentWriter.Write(request));
            invocation.Say($"wrote {environment}");
        }
        Invocation.WriteFile(document, cluster);
        invocation.Say($"wrote {document}");
        TellLeftOut(invocation, written);
        return ExitCode.Done;
    }

    /// <summary>Also when asked to be quiet: what is left out is not watched.</summary>
    private static void TellLeftOut(Invocation invocation, ImportOutcome.Written written)
    {
        foreach (var what in written.LeftOut)
            invocation.WriteError($"left out: {SafeOutput.Text(what)}");
    }

    private static SecretReference? Password(Invocation invocation) =>
        (PasswordFile.Read(invocation.Parsed), PasswordVariable.Read(invocation.Parsed)) switch
        {
            ({ } file, null) => new SecretReference.FromFile(Path.GetFullPath(file), default),
            (null, { } variable) => new SecretReference.FromEnvironment(variable, default),
            (null, null) => null,
            _ => throw new UsageException("give one of --password-file and --password-env"),
        };

    /// <summary><c>core-1=10.0.1.11:5432/oslo/oslo-a/osl-a1</c>; what is left out gets a name to be replaced.</summary>
    private static ImportPlacement Placement(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var parts = equals > 0 ? text[(equals + 1)..].Split('/') : [];
        var colon = parts.Length > 0 ? parts[0].LastIndexOf(':') : -1;
        if (colon <= 0 || parts.Length > 4 || !ushort.TryParse(parts[0].AsSpan(colon + 1), out var port) || port == 0)
            throw new UsageException($"--member: '{text}' is not NAME=ADDRESS:PORT, with /SITE/DOMAIN/HOST where known");
        var name = text[..equals];
        var site = parts.ElementAtOrDefault(1) ?? "site";
        return new(
            name,
            parts.ElementAtOrDefault(3) ?? $"{name}-host",
            parts[0][..colon].Trim('[', ']'),
            port,
            site,
            parts.ElementAtOrDefault(2) ?? $"{site}-a"
        );
    }
}
