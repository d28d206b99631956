using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Recording;
using PgGitOps.Providers.Postgres.Servers;

namespace PgGitOps.Providers.Postgres.Running;

/// <summary>An empty host becomes a primary.</summary>
/// <remarks>
/// All of it is built in a staging directory, also roles, slots and the record of what was made (by the server's
/// single-user mode, which nobody can connect to), and then renamed into place. So a kill at any moment leaves nothing, or
/// a complete server that only has to be started.
/// </remarks>
internal sealed class InitialisePrimaryStep(StepContext context)
{
    private static readonly string Body = """
        port=$5 user=$6 checksums=$7
        bin=$(find_bin "$2" "$3") || exit 1
        take_lock
        has_data && refuse "$data is not empty"
        clean_staging
        receive "$staging" || exit 1
        new=$staging/data
        set --
        # From PostgreSQL 18 on, checksums are what initdb does unless it is told otherwise.
        if [ "$checksums" = yes ]; then set -- -k; elif "$bin/initdb" --help | grep -q -- --no-data-checksums; then set -- --no-data-checksums; fi
        # Nobody is let in before the list below is in place. initdb's own words say what is wrong on standard output too.
        said=$("$bin/initdb" -D "$new" -U "$user" -A reject -E UTF8 --locale=C "$@" 2>&1) || give_up "$said"
        { cat "$staging/pggitops.conf"; path_settings "$port"; } > "$new/pggitops.conf" \
            && cat "$staging/pg_hba.conf" > "$new/pg_hba.conf" \
            && cat "$staging/auto.conf" >> "$new/postgresql.auto.conf" \
            && printf "\n# What makes this server a member of its cluster; read last.\ninclude = 'pggitops.conf'\n" >> "$new/postgresql.conf" || exit 1
        # -j: statements end with a semicolon and an empty line. Nothing of them reaches a log.
        said=$("$bin/postgres" --single -j -D "$new" -c exit_on_error=on -c logging_collector=off -c log_destination=stderr -c log_statement=none \
            -c log_min_duration_statement=-1 -c log_min_error_statement=panic -c unix_socket_directories= @pins@ postgres \
            < "$staging/bootstrap.sql" 2>&1) || give_up "$said"
        sync "$new/pggitops.conf" "$new/pg_hba.conf" "$new/postgresql.auto.conf" "$new/postgresql.conf" "$new" || exit 1
        move_into_place || exit 1
        start_server
        """.Replace("@pins@", Connecting.SessionPins.SingleUserOptions, StringComparison.Ordinal);

    public async Task<StepOutcome> RunAsync(Step step, StepAction.InitialisePrimary action, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var member = context.MemberNamed(action.Member);
        if (WhyNot(member) is { } refusal)
            return new StepOutcome.Refused(refusal);
        var (superuser, problem) = VerifierOf(context.Access.Password, "access.password", context.Access.User);
        if (superuser is null)
            return new StepOutcome.Failed(problem!, null);
        var (replicator, replicationProblem) = VerifierOf(
            context.Access.ReplicationPassword,
            "access.replicationPassword",
            context.Access.ReplicationUser
        );
        if (replicator is null)
            return new StepOutcome.Failed(replicationProblem!, null);
        if (context.Cluster.Parameters.FirstOrDefault(p => p.Value.AsSpan().ContainsAny('\n', '\r', '\0')) is { } broken)
            return new StepOutcome.Failed($"the value of {broken.Name} holds a line break", null);
        var input = ServerScript.Files(
            ("pggitops.conf", ServerConfiguration.Identity(context, member)),
            ("pg_hba.conf", AccessList.Text(AccessList.LinesOf(context.Environment))),
            ("auto.conf", ServerConfiguration.Declared(context.Cluster)),
            ("bootstrap.sql", string.Concat(Bootstrap(step, member, superuser, replicator).Select(s => s + ";\n\n")))
        );
        string[] arguments =
        [
            member.Port.ToString(CultureInfo.InvariantCulture),
            context.Access.User,
            context.Cluster.Storage?.DataChecksums ?? true ? "yes" : "no",
        ];
        var result = await context.Hosts.RunAsync(
            context.HostOf(member),
            ServerScript.Of(context, member, Body, arguments, step.Timeout, input),
            cancel
        );
        if (HostOutcome.Of(result, superuser, replicator) is { } outcome)
            return outcome;
        if (await Readiness.WaitAsync(context, member, step.Timeout - watch.Elapsed, cancel) is { } notReady)
            return new StepOutcome.Failed(notReady, null);
        // From here on the lock is the cluster's own.
        return await context.At.Lease.MoveIntoClusterAsync(member.Name, cancel) is { } reason
            ? new StepOutcome.Failed($"{member.Name} is up, but cannot be written to: {reason}", null)
            : new StepOutcome.Done(watch.Elapsed);
    }

    // A second initdb would make a second cluster under the same name, so every other member has to be known to be empty.
    private string? WhyNot(Member member)
    {
        if (context.At.Lease.Primary is { } primary)
            return $"{primary} is the cluster's primary";
        foreach (var other in context.Snapshot.Members.Where(m => m.Name != member.Name))
        {
            if (other.Server is Observation<ServerFacts>.Seen)
                return $"{other.Name} is running: the cluster exists";
            if (other.Server is not Observation<ServerFacts>.Absent && other.Host is not Observation<DataDirectoryFacts>.Absent)
                return other.Host is Observation<DataDirectoryFacts>.Seen
                    ? $"{other.Name} has a data directory: the cluster exists"
                    : $"whether {other.Name} has a data directory is not known, and a second cluster must not be made";
        }
        return null;
    }

    private (string? Verifier, string? Problem) VerifierOf(SecretReference? reference, string field, string role)
    {
        if (reference is null)
            return (null, $"{field} is not declared, and {role} could not log in to the new server");
        if (context.Secrets.Find(reference) is not SecretLookup.Found found)
            return (null, ((SecretLookup.Missing)context.Secrets.Find(reference)).Reason);
        if (ScramPassword.Problem(found.Secret) is { } problem)
            return (null, $"no verifier can be made of {reference.Describe()}: {problem}");
        return (ScramVerifier.Make(found.Secret, RandomNumberGenerator.GetBytes(ScramVerifier.SaltLength)).Text, null);
    }

    // Not by initdb: up to PostgreSQL 13 it cuts off what has more than a hundred characters.
    private IEnumerable<string> Bootstrap(Step step, Member member, string superuser, string replicator)
    {
        yield return $"alter role {SqlIdentifier.Quote(context.Access.User)} password {SqlLiteral.Quote(superuser)}";
        if (context.Access.ReplicationUser != context.Access.User)
            yield return $"create role {SqlIdentifier.Quote(context.Access.ReplicationUser)} login replication password {SqlLiteral.Quote(replicator)}";
        foreach (
            var other in context.Cluster.Members.Where(m =>
                m.Name != member.Name && (m.From is null || m.From.Value.Value == member.Name)
            )
        )
            yield return $"select pg_create_physical_replication_slot({SqlLiteral.Quote(other.SlotName)})";
        foreach (var statement in RecordSchema.Statements)
            yield return statement;
        foreach (var statement in StepRecord.Of([step]).ToStatements(context.Commit))
            yield return statement;
    }
}
