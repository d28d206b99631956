using PgGitOps.Core.Observed;
using PgGitOps.Providers.Postgres.Connecting;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>What one member gave.</summary>
/// <param name="Facts">Null where the server gave none.</param>
/// <param name="Draft">Where the facts come from, with the record that is no part of them.</param>
internal sealed record MemberReading(
    MemberTarget Member,
    DateTimeOffset At,
    ServerFacts? Facts,
    ServerDraft? Draft,
    ConnectionFailure? Failure,
    Observation<DataDirectoryFacts>? Host
)
{
    public static async Task<MemberReading> ReadAsync(
        ClusterTarget cluster,
        MemberTarget member,
        ServerConnections connections,
        Turns looks,
        TimeProvider time,
        string names,
        IReadOnlySet<string> nameSet,
        Action<MemberTarget, ServerDraft> onHead,
        CancellationToken cancel
    )
    {
        // When it was asked, which in a large fleet is later than when the pass began.
        DateTimeOffset? asked = null;
        var target = ServerTarget.Of(cluster.Access, member.Address, member.Port);
        var answer = await connections.UseAsync(
            target,
            session =>
            {
                asked = time.GetUtcNow();
                return ServerReading.ReadAsync(
                    session,
                    target,
                    names,
                    draft =>
                    {
                        if (StrangerCheck.ByClusterName(cluster, member, draft.ClusterName) is null)
                            onHead(member, draft);
                    }
                );
            },
            cancel
        );
        var at = asked ?? time.GetUtcNow();
        return answer switch
        {
            ServerAnswer<ServerDraft>.Answered { Value: var draft } => StrangerCheck.ByClusterName(
                cluster,
                member,
                draft.ClusterName
            )
                is { } stranger
                ? new MemberReading(member, at, null, null, stranger, null)
                : new MemberReading(member, at, draft.ToFacts(cluster.Access.User, nameSet), draft, null, null),
            ServerAnswer<ServerDraft>.Failed { Failure: var failure } => new MemberReading(
                member,
                at,
                null,
                null,
                failure,
                // Only a machine that answers and has nobody listening is worth a look at its disk: any other failure says that a server may be alive.
                failure.Refused && member.Look is not null
                    ? await LookAsync(member.Look, looks, cluster.Access.ObserveTimeout, time, cancel)
                    : null
            ),
            _ => throw new InvalidOperationException("ServerAnswer is closed"),
        };
    }

    public MemberSnapshot ToSnapshot(ConnectionFailure? stranger)
    {
        Observation<ServerFacts> server = (stranger ?? Failure, Host) switch
        {
            (null, _) => new Observation<ServerFacts>.Seen(Facts!, At),
            (_, Observation<DataDirectoryFacts>.Absent absent) => new Observation<ServerFacts>.Absent(absent.Evidence, absent.At),
            ({ } failure, _) => new Observation<ServerFacts>.Unreadable(failure.Kind, failure.Reason, At),
        };
        return new MemberSnapshot(Member.Name, server, Host);
    }

    private static async Task<Observation<DataDirectoryFacts>> LookAsync(
        Func<CancellationToken, ValueTask<Observation<DataDirectoryFacts>>> look,
        Turns looks,
        TimeSpan timeout,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        using var turn = await looks.TakeAsync(HostTurns.BehindOthers, cancel);
        turn.GiveBackAfter(HostTurns.Patience);
        using var deadline = new CancellationTokenSource(timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            return await look(both.Token).AsTask().WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new Observation<DataDirectoryFacts>.Unreadable(
                UnreadableKind.Unreachable,
                ConnectionFailure.NoAnswer(timeout).Reason,
                time.GetUtcNow()
            );
        }
    }
}
