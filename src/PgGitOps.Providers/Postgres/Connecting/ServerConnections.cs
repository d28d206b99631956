using System.Collections.Concurrent;
using Npgsql;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Postgres.Connecting;

/// <summary>Connections to many servers, each with a hard deadline of its own.</summary>
/// <param name="keep">
/// Connections stay open for the next use of the same target (the loop), or end with each use (a command that looks once).
/// A kept connection saves the login and, from its second use on, planning: statements are prepared.
/// </param>
public sealed class ServerConnections(ISecretStore secrets, TimeProvider time, bool keep = false) : IAsyncDisposable
{
    // Enough for every statement of the observer; a statement is prepared when it is used for the second time.
    private const int PreparedStatementsMax = 40;

    // A login and what is asked after it cost several milliseconds of processor time here. All servers of a large fleet at once would run each other into their deadlines.
    private const int TurnsPerProcessor = 8;

    /// <summary>Until a server that does not answer keeps nobody else waiting any more. Its own deadlines are longer.</summary>
    private static readonly TimeSpan LoginPatience = TimeSpan.FromMilliseconds(250);

    /// <summary>The same for one that accepted the login.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(1);

    /// <summary>A server that was silent last time lets so many others go first.</summary>
    private const int BehindOthers = 256;

    private readonly Turns turns = new(Turns.PerProcessor(TurnsPerProcessor), time);
    private readonly ConcurrentDictionary<(string Host, int Port), bool> silent = new();
    private readonly ConcurrentDictionary<ServerTarget, ServerSession> kept = new();

    /// <summary>Uses a connection to the target. Failures of the outside world are answers.</summary>
    /// <remarks>
    /// The deadline holds whatever the server does, and begins when its turn does: not while others are asked. A use that is past it is given up, not cancelled: a cancel request goes
    /// over a second connection to the same server and waits there for an answer, which a hanging server never gives.
    /// What was given up ends by itself: the login by Npgsql's own timeout, a query by statement_timeout or TCP keep-alive.
    /// </remarks>
    public async ValueTask<ServerAnswer<T>> UseAsync<T>(
        ServerTarget target,
        Func<ServerSession, Task<T>> use,
        CancellationToken cancel
    )
    {
        var place = (target.Host, target.Port);
        using var turn = await turns.TakeAsync(silent.ContainsKey(place) ? BehindOthers : 0, cancel);
        using var deadline = new CancellationTokenSource(target.TotalTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var givenUp = new GivenUp();
        ServerAnswer<T> answer;
        try
        {
            answer = await UseOnceAsync(target, use, turn, givenUp, both.Token).WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (both.IsCancellationRequested)
        {
            givenUp.Value = true;
            cancel.ThrowIfCancellationRequested();
            answer = new ServerAnswer<T>.Failed(ConnectionFailure.NoAnswer(target.TotalTimeout));
        }
        if (answer is ServerAnswer<T>.Failed { Failure: { Kind: UnreadableKind.Unreachable, Refused: false } })
            silent[place] = true;
        else
            silent.TryRemove(place, out _);
        return answer;
    }

    /// <summary>Closes kept connections, so that nobody's DROP DATABASE or shutdown waits for them.</summary>
    public async ValueTask ForgetAsync(Func<ServerTarget, bool> which)
    {
        foreach (var target in kept.Keys.Where(which).ToArray())
        {
            if (kept.TryRemove(target, out var session))
                await session.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => ForgetAsync(static _ => true);

    private async Task<ServerAnswer<T>> UseOnceAsync<T>(
        ServerTarget target,
        Func<ServerSession, Task<T>> use,
        Turns.Turn turn,
        GivenUp givenUp,
        CancellationToken cancel
    )
    {
        if (kept.TryRemove(target, out var old))
        {
            // A kept connection may have broken since its last use, or its user may remember rights and tables that are gone.
            // Neither says anything about the server now, so a failure counts only on a new connection.
            turn.GiveBackAfter(AnswerPatience);
            var (answer, _) = await TryAsync(target, old, use, givenUp);
            if (answer is not null)
                return answer;
            cancel.ThrowIfCancellationRequested();
        }
        List<string> hidden = [];
        var (result, lostBy) = await UseNewAsync(target, use, turn, givenUp, hidden, cancel);
        // A timeout of a role or the server may have ended the very statement that sets the engine's own, or the session before it. Only then
        // does the engine's stand in the startup packet, for there it hides the server's.
        while (
            result is ServerAnswer<T>.Failed { Failure.Code: var code }
            && SessionPins.EndedBy(code, lostBy).Except(hidden).ToArray() is { Length: > 0 } more
            && !cancel.IsCancellationRequested
        )
        {
            hidden.AddRange(more);
            (result, lostBy) = await UseNewAsync(target, use, turn, givenUp, hidden, cancel);
        }
        return result;
    }

    /// <returns>The answer, and the major version of a server that took the login and then broke the connection; else 0.</returns>
    private async Task<(ServerAnswer<T> Answer, int LostBy)> UseNewAsync<T>(
        ServerTarget target,
        Func<ServerSession, Task<T>> use,
        Turns.Turn turn,
        GivenUp givenUp,
        IReadOnlyCollection<string> hidden,
        CancellationToken cancel
    )
    {
        turn.GiveBackAfter(LoginPatience);
        var opened = await OpenAsync(target, hidden, cancel);
        if (opened is ServerAnswer<ServerSession>.Failed failed)
            return (new ServerAnswer<T>.Failed(failed.Failure), 0);
        turn.GiveBackAfter(AnswerPatience);
        var session = ((ServerAnswer<ServerSession>.Answered)opened).Value;
        var major = session.Connection.PostgreSqlVersion.Major;
        var (result, problem) = await TryAsync(target, session, use, givenUp);
        return (result ?? new ServerAnswer<T>.Failed(problem!), problem is { IsBroken: true } ? major : 0);
    }

    private async Task<(ServerAnswer<T>? Answer, ConnectionFailure? Failure)> TryAsync<T>(
        ServerTarget target,
        ServerSession session,
        Func<ServerSession, Task<T>> use,
        GivenUp givenUp
    )
    {
        try
        {
            var value = await use(session);
            session.IsFresh = false;
            if (!keep || givenUp.Value || !kept.TryAdd(target, session))
                await session.DisposeAsync();
            return (new ServerAnswer<T>.Answered(value), null);
        }
        catch (Exception exception)
        {
            await session.DisposeAsync();
            return (null, ConnectionFailure.Of(exception, target));
        }
    }

    private async Task<ServerAnswer<ServerSession>> OpenAsync(
        ServerTarget target,
        IReadOnlyCollection<string> hidden,
        CancellationToken cancel
    )
    {
        // One for the statement counts, of the others none at all.
        var options =
            SessionPins.StartupOptions
            + string.Concat(
                hidden.Select(h =>
                    string.Create(
                        System.Globalization.CultureInfo.InvariantCulture,
                        $" -c {h}={(h == "statement_timeout" ? (long)Math.Max(1, target.TotalTimeout.TotalMilliseconds) : 0)}"
                    )
                )
            );
        var answer = await OpenAsync(target, options, cancel);
        answer = answer is ServerAnswer<ServerSession>.Failed { Failure.Code: SessionPins.MissingLibrary }
            ? await OpenAsync(target, options + SessionPins.WithoutLibraries, cancel)
            : answer;
        if (answer is ServerAnswer<ServerSession>.Answered { Value: var session })
            session.HiddenTimeouts = [.. hidden];
        return answer;
    }

    private async Task<ServerAnswer<ServerSession>> OpenAsync(ServerTarget target, string options, CancellationToken cancel)
    {
        var settings = target.ToSettings();
        settings.Options = options;
        if (keep)
        {
            settings.MaxAutoPrepare = PreparedStatementsMax;
            settings.AutoPrepareMinUsages = 2;
        }
        if (target.Password is { } reference)
        {
            switch (secrets.Find(reference))
            {
                case SecretLookup.Found found:
                    settings.Password = found.Secret;
                    break;
                case SecretLookup.Missing missing:
                    return new ServerAnswer<ServerSession>.Failed(
                        new ConnectionFailure(UnreadableKind.AccessDenied, missing.Reason)
                    );
            }
        }
        // Loading the type catalog would cost a query on every connection; only built-in types are ever read. Without arrays,
        // which are a mapping table of their own, a new connection costs 0.3 MB and 3 ms of CPU instead of 0.9 MB and 6 ms.
        var source = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString)
            .EnableTransportSecurity()
            .ConfigureTypeLoading(static types => types.EnableTypeLoading(false))
            .Build();
        using var deadline = new CancellationTokenSource(target.ConnectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        // Npgsql heeds a token only between the messages of a login, so it is not given one, and is given up instead.
        var opening = source.OpenConnectionAsync(CancellationToken.None).AsTask();
        try
        {
            var connection = await opening.WaitAsync(both.Token);
            return new ServerAnswer<ServerSession>.Answered(new ServerSession(source, connection));
        }
        catch (OperationCanceledException) when (both.IsCancellationRequested)
        {
            _ = CloseLaterAsync(opening, source);
            return new ServerAnswer<ServerSession>.Failed(ConnectionFailure.NoLogin(target.ConnectTimeout));
        }
        catch (Exception exception)
        {
            await source.DisposeAsync();
            return new ServerAnswer<ServerSession>.Failed(ConnectionFailure.Of(exception, target));
        }
    }

    private static async Task CloseLaterAsync(Task<NpgsqlConnection> opening, NpgsqlDataSource source)
    {
        try
        {
            await using var connection = await opening;
        }
        catch (Exception)
        {
            // Its failure was reported when it was given up.
        }
        await source.DisposeAsync();
    }

    /// <summary>Set when nobody waits for a use any more; its connection is then closed and not kept.</summary>
    private sealed class GivenUp
    {
        private volatile bool value;

        public bool Value
        {
            get => value;
            set => this.value = value;
        }
    }
}
