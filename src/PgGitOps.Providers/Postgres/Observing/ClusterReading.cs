using PgGitOps.Core.Observed;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Postgres.Connecting;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>Reads one cluster: all members at once, and databases on the primary as soon as it is known.</summary>
internal sealed class ClusterReading(ClusterTarget cluster, ServerConnections connections, Turns looks, TimeProvider time)
{
    // Backends a server has to fork for us at a time, besides the one for its own facts.
    private const int DatabasesAtOnceMax = 4;

    private readonly TaskCompletionSource<(MemberTarget Member, ServerDraft Draft)?> primary = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private volatile ConnectionFailure? silence;

    public async Task<ClusterSnapshot> ReadAsync(CancellationToken cancel)
    {
        var nameSet = cluster
            .SettingNames.Concat(ServerStatements.AlwaysRead)
            .Select(n => n.ToLowerInvariant())
            .ToHashSet(StringComparer.Ordinal);
        var names = string.Join(',', nameSet.Order(StringComparer.Ordinal));
        var reading = Task.WhenAll(
            cluster.Members.Select(m =>
                MemberReading.ReadAsync(
                    cluster,
                    m,
                    connections,
                    looks,
                    time,
                    names,
                    nameSet,
                    (member, draft) =>
                    {
                        if (!draft.Head!.InRecovery)
                            primary.TrySetResult((member, draft));
                    },
                    cancel
                )
            )
        );
        var contents = DatabasesAsync(cancel);
        MemberReading[] members;
        try
        {
            members = await reading;
        }
        finally
        {
            primary.TrySetResult(null);
        }
        var databases = await contents;
        databases = databases with { Contents = await WithRecordedAsync(databases.ReadOn, members, databases.Contents, cancel) };
        var objections = await ObjectionsAsync(databases, members, cancel);
        // A smart shutdown waits for every session, also for ours. Where nobody tells of one, no session outlives the look.
        foreach (var member in members.Where(m => m.Draft is not { IsStopping: false }))
            await connections.ForgetAsync(target => target.Host == member.Member.Address && target.Port == member.Member.Port);
        var strangers = StrangerCheck.ByIdentity(members);
        var snapshots = members
            .Select(m => m.ToSnapshot(strangers.GetValueOrDefault(m.Member.Name)))
            .OrderBy(m => m.Name, StringComparer.Ordinal)
            .ToEquatableArray();
        var primaries = members.Where(m => m.Facts is { InRecovery: false } && !strangers.ContainsKey(m.Member.Name)).ToArray();
        var doubt = WhyNoPrimary(members, primaries);
        return new ClusterSnapshot
        {
            Name = cluster.Name,
            Members = snapshots,
            Databases = (
                doubt is null && primaries[0].Member == databases.ReadOn
                    ? databases.Contents
                    : WantedNames().Select(n => new DatabaseSnapshot(n, Unseen<DatabaseFacts>(snapshots, doubt)))
            )
                .OrderBy(d => d.Name, StringComparer.Ordinal)
                .ToEquatableArray(),
            Objections = doubt is null && primaries[0].Member == databases.ReadOn ? objections : [],
            Record = doubt is null ? RecordOf(primaries[0]) : Unseen<ClusterRecord>(snapshots, doubt),
        };
    }

    private async Task<ReadDatabases> DatabasesAsync(CancellationToken cancel)
    {
        if (await primary.Task is not { } found)
            return new ReadDatabases(null, []);
        var known = found.Draft.Databases.ToDictionary(d => d.Name, StringComparer.Ordinal);
        var wanted = cluster.AllDatabases
            ? known
                .Values.Where(d => d is { AllowConnections: true, IsTemplate: false })
                .Select(d => new DatabaseTarget(d.Name, null))
            : cluster.Databases;
        using var gate = new SemaphoreSlim(DatabasesAtOnceMax);
        var contents = await Task.WhenAll(
            wanted.Select(async d => new DatabaseSnapshot(
                d.Name,
                await DatabaseAsync(found.Member, d, known.GetValueOrDefault(d.Name), gate, cancel)
            ))
        );
        return new ReadDatabases(found.Member, contents);
    }

    /// <summary>What the record says was applied in places that documents no longer mention is read too, until it is gone.</summary>
    /// <remarks>Only once the record is known, so in a second round: there is one only in the passes right after Git gave something up.</remarks>
    private async Task<IReadOnlyList<DatabaseSnapshot>> WithRecordedAsync(
        MemberTarget? readOn,
        MemberReading[] members,
        IReadOnlyList<DatabaseSnapshot> contents,
        CancellationToken cancel
    )
    {
        if (readOn is null || cluster.AllDatabases || Array.Find(members, m => m.Member == readOn)?.Draft is not { } draft)
            return contents;
        var known = draft.Databases.ToDictionary(d => d.Name, StringComparer.Ordinal);
        var more = RecordedPlaces.Beyond(cluster.Databases, draft).Where(d => known.ContainsKey(d.Name)).ToArray();
        if (more.Length == 0)
            return contents;
        using var gate = new SemaphoreSlim(DatabasesAtOnceMax);
        var read = await Task.WhenAll(
            more.Select(async d => new DatabaseSnapshot(d.Name, await DatabaseAsync(readOn, d, known[d.Name], gate, cancel)))
        );
        return [.. contents.Where(c => !Array.Exists(read, r => r.Name == c.Name)), .. read];
    }

    private async Task<EquatableArray<ServerObjection>> ObjectionsAsync(
        ReadDatabases databases,
        MemberReading[] members,
        CancellationToken cancel
    )
    {
        if (databases.ReadOn is not { } member || Array.Find(members, m => m.Member == member)?.Draft is not { } draft)
            return [];
        var open = ServerQuestions.Open(cluster.Questions, draft, databases.Contents);
        if (open.Count == 0)
            return [];
        var target = ServerTarget.Of(cluster.Access, member.Address, member.Port);
        var answer = await connections.UseAsync(
            target,
            session => ServerQuestions.AskAsync(session, target, member.Name, open, databases.Contents),
            cancel
        );
        return answer.Match(static said => said, static _ => []);
    }

    private async Task<Observation<DatabaseFacts>> DatabaseAsync(
        MemberTarget member,
        DatabaseTarget database,
        DatabaseFact? fact,
        SemaphoreSlim gate,
        CancellationToken cancel
    )
    {
        if (fact is null)
            return new Observation<DatabaseFacts>.Absent($"{member.Name} has no database {database.Name}", time.GetUtcNow());
        if (!fact.AllowConnections)
            return new Observation<DatabaseFacts>.Unreadable(
                UnreadableKind.AccessDenied,
                $"database {database.Name} allows no connections",
                time.GetUtcNow()
            );
        await gate.WaitAsync(cancel);
        try
        {
            // A server that stopped answering would cost every database its full deadline, one group after another.
            if (silence is { } silent)
                return new Observation<DatabaseFacts>.Unreadable(silent.Kind, silent.Reason, time.GetUtcNow());
            var target = ServerTarget.Of(cluster.Access, member.Address, member.Port, database.Name);
            var answer = await connections.UseAsync(
                target,
                async session =>
                {
                    var at = time.GetUtcNow();
                    return (At: at, Facts: await DatabaseReading.ReadAsync(session, target, database.Schemas?.ToArray()));
                },
                cancel
            );
            return answer.Match<Observation<DatabaseFacts>>(
                read => new Observation<DatabaseFacts>.Seen(read.Facts, read.At),
                failure =>
                {
                    if (failure.Kind == UnreadableKind.Unreachable)
                        silence = failure;
                    return new Observation<DatabaseFacts>.Unreadable(failure.Kind, failure.Reason, time.GetUtcNow());
                }
            );
        }
        finally
        {
            gate.Release();
        }
    }

    /// <param name="ReadOn">Null where nobody was found to be primary.</param>
    private sealed record ReadDatabases(MemberTarget? ReadOn, IReadOnlyList<DatabaseSnapshot> Contents);

    private IEnumerable<string> WantedNames() => cluster.Databases.Select(d => d.Name);

    private static Observation<ClusterRecord> RecordOf(MemberReading primary) =>
        primary.Draft!.Rights!.Record switch
        {
            RecordState.Readable => new Observation<ClusterRecord>.Seen(primary.Draft.ToRecord(), primary.At),
            RecordState.None => new Observation<ClusterRecord>.Absent(
                $"database {ServerTarget.MaintenanceDatabase} on {primary.Member.Name} holds no schema pggitops",
                primary.At
            ),
            RecordState.Denied => new Observation<ClusterRecord>.Unreadable(
                UnreadableKind.AccessDenied,
                "the tables of schema pggitops may not be read by this login",
                primary.At
            ),
            RecordState.Foreign => new Observation<ClusterRecord>.Unreadable(
                UnreadableKind.Faulty,
                "schema pggitops or one of its tables is owned neither by this login nor by a superuser: what it says is not trusted",
                primary.At
            ),
            _ => throw new InvalidOperationException("every state has an observation"),
        };

    /// <returns>Null when exactly one primary was read.</returns>
    private static string? WhyNoPrimary(MemberReading[] members, MemberReading[] primaries) =>
        primaries.Length switch
        {
            1 => null,
            0 => members.Length == 0 ? "the cluster has no member" : "no primary could be read",
            _ =>
                $"more than one member accepts writes: {string.Join(", ", primaries.Select(p => p.Member.Name).Order(StringComparer.Ordinal))}",
        };

    /// <summary>What is known of something that only a primary could show.</summary>
    private Observation<T> Unseen<T>(EquatableArray<MemberSnapshot> members, string? doubt)
    {
        var at = time.GetUtcNow();
        if (members.Count > 0 && members.All(m => m.Server is Observation<ServerFacts>.Absent))
            return new Observation<T>.Absent("no member of the cluster exists", at);
        return new Observation<T>.Unreadable(
            UnreadableKind.Unreachable,
            doubt ?? "the primary changed while it was being read",
            at
        );
    }
}
