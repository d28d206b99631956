using System.Security.Cryptography;
using System.Text;
using PgGitOps.Cli;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Desired.Schemas;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Journal;
using PgGitOps.Providers;
using PgGitOps.Providers.Git;
using PgGitOps.Providers.Hosts;
using PgGitOps.Providers.Postgres.Connecting;
using PgGitOps.Providers.Postgres.Leasing;
using PgGitOps.Providers.Postgres.Observing;
using PgGitOps.Providers.Postgres.Probing;
using PgGitOps.Providers.Postgres.Running;
using PgGitOps.Providers.State;
using PgGitOps.Reconciling;
using PgGitOps.Revisions;
using PgGitOps.State;

namespace PgGitOps.Wiring;

/// <summary>Puts the providers behind the ports together for one run. Nothing is opened before it is used.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private static readonly TimeSpan SaveLimit = TimeSpan.FromSeconds(2);

    private readonly Invocation invocation;
    private readonly SecretStore secrets = new();
    private readonly ServerConnections connections;
    private readonly HostExecutor hosts;
    private readonly DataDirectoryProbe probe;
    private readonly PostgresReader servers;
    private readonly FleetObserver observer;
    private readonly StateMemory memory;
    private readonly RememberingObserver remembering;
    private readonly ValidatedBlobs documents;
    private readonly StateConditions conditions;
    private readonly SuspensionFiles suspensionFiles;
    private RuleRoute? rules;

    /// <param name="keepConnections">For a run that looks again and again.</param>
    public Engine(Invocation invocation, bool keepConnections = false)
    {
        this.invocation = invocation;
        connections = new(secrets, invocation.Time, keepConnections);
        hosts = new();
        conditions = new(invocation.WriteError, invocation.Ownership);
        var hostTurns = HostTurns.Of(invocation.Time);
        suspensionFiles = new(hosts, invocation.Time, hostTurns);
        OwnSuspensions = new(invocation.State.Path, conditions);
        Suspensions = new(suspensionFiles, OwnSuspensions, invocation.Time);
        memory = StateMemory.Open(invocation.State.Path, Key(RepositoryAddress()), conditions, invocation.Time);
        probe = new(hosts, invocation.Time, memory.Remembered.DirectoryOf);
        servers = new(connections, invocation.Time, probe, hostTurns);
        observer = new([servers], invocation.Time);
        remembering = new(observer, memory.Remembered, invocation.Time, new ArchiveProbe(hosts, invocation.Time, hostTurns));
        documents = ValidatedBlobs.Open(invocation);
    }

    /// <summary>Beside what it sees it says what is remembered.</summary>
    public IObserver Observer => remembering;

    public ISecretStore Secrets => secrets;

    public IHostLocks HostLocks => hosts;

    public ISuspensionFiles SuspensionFiles => suspensionFiles;

    public OwnSuspensions OwnSuspensions { get; }

    public SuspensionWatch Suspensions { get; }

    /// <summary>What a loop would do of a plan now: the mode's own consent, and every place that may suspend a cluster.</summary>
    public async Task<ApprovedPlan> DecideAsync(ValidFleet fleet, FleetSnapshot snapshot, Plan plan)
    {
        var beside = await Suspensions.ReadAllAsync(
            fleet,
            plan.Clusters.Where(c => c.Steps.Count > 0).Select(c => c.Cluster),
            invocation.Stopping
        );
        return Approval.Decide(plan, fleet, snapshot, Consent.Enforced, invocation.Time.GetUtcNow(), beside: beside);
    }

    /// <summary>What this machine remembers of the clusters.</summary>
    public StateMemory Memory => memory;

    /// <summary>What is wrong with the state directory now.</summary>
    public StateConditions Conditions => conditions;

    /// <summary>Looks at a cluster that no document declares.</summary>
    public async Task<ClusterSnapshot> ObserveAsync(ClusterTarget target, CancellationToken cancel) =>
        (await servers.ObserveAsync([target], cancel)).Clusters.Single();

    /// <param name="byRules">Whether the rules of a revision judge it.</param>
    public RevisionReader Revisions(bool byRules) =>
        new(invocation.Source, new FleetReader(documents.Cache), byRules ? Rules : null, invocation.Time);

    /// <summary>For commands with the flags of <see cref="RuleSettings"/>. Starts nothing before a rule is asked.</summary>
    public RuleRoute Rules => rules ??= new RuleRoute(RuleSettings.Read(invocation));

    /// <summary>The newest valid revision, and the memory of it in the state directory.</summary>
    /// <param name="recallsRefusal">Whether a commit that an earlier process refused is told again without being read, and so without excerpts of its files.</param>
    public RevisionInForce RevisionInForce(bool acceptRewrittenHistory, bool recallsRefusal = false) =>
        new(
            Revisions(byRules: true),
            new LastGoodRevision(invocation.State.File($"last-good-{RepositoryKey()}.json"), conditions.Distrust),
            invocation.Reference ?? "HEAD",
            acceptRewrittenHistory,
            invocation.Time,
            recallsRefusal ? Refusals() : null
        );

    private RefusalMemory Refusals()
    {
        var options = RuleSettings.Read(invocation);
        // Who wants nothing recalled of rules (--no-rule-cache) wants them to judge.
        var rules = options.CacheDirectory is null ? null : options.Circumstances();
        string[] builds =
        [
            DocumentSchemas.Fingerprint,
            typeof(GitSource).Module.ModuleVersionId.ToString(),
            typeof(Engine).Module.ModuleVersionId.ToString(),
        ];
        return new(
            new EvidenceFiles(invocation.State.File("evidence"), invocation.Time, conditions.Distrust),
            RepositoryKey(),
            rules is null ? null : $"{string.Join(' ', builds)} {rules} {options.Unjailed}",
            invocation.Time
        );
    }

    /// <summary>The newest revision that holds, or the last that did, for acts that must not wait for a mending commit; null when none is known.</summary>
    public ValidFleet? LastGoodFleet(CancellationToken cancel)
    {
        var revision = RevisionInForce(acceptRewrittenHistory: false);
        revision.Refresh(cancel);
        return revision.Fleet;
    }

    public IPassListener Progress() =>
        new ProgressFollower(
            invocation.Quiet ? TextWriter.Null : invocation.Error,
            !Console.IsErrorRedirected && !invocation.Quiet,
            invocation.Time
        );

    /// <summary>One memory for each repository and reference that this state directory serves.</summary>
    private string RepositoryKey() => Key($"{RepositoryAddress()}\n{invocation.Reference ?? "HEAD"}");

    private static string Key(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    private string RepositoryAddress() =>
        Directory.Exists(invocation.Repository) ? Path.GetFullPath(invocation.Repository) : invocation.Repository;

    private ClusterLeases Leases() => new(hosts, secrets, invocation.Time, places: Suspensions);

    /// <summary>Whoever carries out steps of plans.</summary>
    private IReadOnlyList<IStepRunner> Runners() => [new PostgresRunner(hosts, probe, secrets, invocation.Time)];

    public Route Route()
    {
        var boundary = TestHook.Read();
        var journals = System.IO.Path.Combine(invocation.State.Path, "journal");
        var archive = new JournalArchive(journals, invocation.Time, conditions);
        return new(
            remembering,
            observer.ReleaseAsync,
            Leases(),
            Runners(),
            new PasswordFindings(secrets).Check,
            archive,
            begin => JournalFile.Create(journals, begin, invocation.Time, boundary, conditions),
            memory,
            Suspensions,
            invocation.Time
        );
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // A revision that is still being read when the loop was told to stop holds the memory; losing it costs time and nothing else.
            await Task.Run(documents.Save).WaitAsync(SaveLimit);
        }
        catch (TimeoutException) { }
        rules?.Dispose();
        await connections.DisposeAsync();
    }
}
