using System.Security.Cryptography;
using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git;
using PgGitOps.Providers.Hosts;
using PgGitOps.Providers.Postgres.Connecting;
using PgGitOps.Providers.Postgres.Observing;
using PgGitOps.Providers.Postgres.Writing;
using PgGitOps.Reconciling;

namespace PgGitOps.Commands;

/// <summary>Puts the providers behind the ports together for one run. Nothing is opened before it is used.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private readonly Invocation invocation;
    private readonly SecretStore secrets = new();
    private readonly ServerConnections connections;
    private readonly HostExecutor hosts;
    private readonly DataDirectoryProbe probe;
    private readonly PostgresObserver observer;
    private readonly SoundDocuments documents;
    private RuleRoute? rules;

    /// <param name="keepConnections">For a run that looks again and again.</param>
    public Engine(Invocation invocation, bool keepConnections = false)
    {
        this.invocation = invocation;
        connections = new(secrets, invocation.Time, keepConnections);
        hosts = new();
        probe = new(hosts, invocation.Time);
        observer = new(connections, invocation.Time, probe);
        documents = SoundDocuments.Open(invocation);
    }

    public IObserver Observer => observer;

    public ISecretStore Secrets => secrets;

    /// <summary>Looks at a cluster that no document declares.</summary>
    public async Task<ClusterSnapshot> ObserveAsync(ClusterTarget target, CancellationToken cancel) =>
        (await observer.ObserveAsync([target], cancel).ConfigureAwait(false)).Clusters.Single();

    /// <param name="byRules">Whether the rules of a revision judge it.</param>
    public RevisionReader Revisions(bool byRules) =>
        new(invocation.Source, new FleetReader(documents.Cache), byRules ? Rules : null, invocation.Time);

    /// <summary>For commands with the flags of <see cref="RuleSettings"/>. Starts nothing before a rule is asked.</summary>
    public RuleRoute Rules => rules ??= new RuleRoute(RuleSettings.Read(invocation));

    /// <summary>The newest valid revision, and the memory of it in the state directory.</summary>
    public RevisionInForce RevisionInForce(bool acceptRewrittenHistory) =>
        new(Revisions(byRules: true), new LastGoodRevision(invocation.State.File($"last-good-{RepositoryKey()}.json")), invocation.Reference ?? "HEAD", acceptRewrittenHistory, invocation.Time);

    public IExecutionFollower Progress(int steps) =>
        new ProgressFollower(invocation.Quiet ? TextWriter.Null : invocation.Error, !Console.IsErrorRedirected && !invocation.Quiet, steps, invocation.Time);

    /// <summary>One memory for each repository and reference that this state directory serves.</summary>
    private string RepositoryKey()
    {
        var address = Directory.Exists(invocation.Repository) ? Path.GetFullPath(invocation.Repository) : invocation.Repository;
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{address}\n{invocation.Reference ?? "HEAD"}")))[..16];
    }

    public IClusterGate Gate() => new ClusterGate(hosts, hosts, probe, secrets, invocation.Time);

    public Route Route()
    {
        var boundary = TestHook.Read();
        var archive = new JournalArchive(invocation.State.Journal, invocation.Time);
        return new(
            observer,
            observer.ReleaseAsync,
            Gate,
            new PasswordFindings(secrets).Check,
            archive,
            begin => JournalFile.Create(invocation.State.Journal, begin, invocation.Time, boundary),
            DriftHistory.Open(invocation.State.File("drift.json"), invocation.Complain),
            invocation.Time);
    }

    public ValueTask DisposeAsync()
    {
        documents.Save();
        rules?.Dispose();
        return connections.DisposeAsync();
    }
}
