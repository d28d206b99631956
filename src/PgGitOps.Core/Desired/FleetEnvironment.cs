using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired;

public enum ReconcileMode
{
    /// <summary>Report drift, change nothing.</summary>
    Observe,

    /// <summary>Report drift and heal it.</summary>
    Enforce,
}

public sealed record FleetEnvironment
{
    public required DocumentHead Head { get; init; }
    public string Name => Head.Name;
    public required ReconcileMode Mode { get; init; }
    public required TimeSpan Interval { get; init; }
    public required EquatableArray<Site> Sites { get; init; }
    public required EquatableArray<BackupRepository> Repositories { get; init; }
    public required EquatableArray<ChangeWindow> Windows { get; init; }

    /// <summary>How the engine logs in to every server of the environment.</summary>
    public required ServerAccess Access { get; init; }

    /// <summary>How many objects one plan may remove.</summary>
    public required RemovalBudget Removal { get; init; }

    /// <summary>Members of quorums that hold no data (etcd, witnesses), and where they sit.</summary>
    public EquatableArray<Observer> Observers { get; init; }

    /// <summary>Declared connections between sites. Without any, every site reaches every other.</summary>
    public EquatableArray<SiteLink> Links { get; init; }

    /// <summary>Figures for planning that a policy may replace one by one.</summary>
    public PlanningFigures Planning { get; init; } = new();

    public IEnumerable<DatabaseHost> Hosts => Sites.SelectMany(s => s.FailureDomains).SelectMany(d => d.Hosts);
}

public sealed record Site(string Name, EquatableArray<FailureDomain> FailureDomains, SourceSpan At);

public sealed record FailureDomain(string Name, EquatableArray<DatabaseHost> Hosts, SourceSpan At);

/// <summary>A machine, or on one machine an address, that carries members.</summary>
/// <param name="Address">IP address or DNS name members listen on.</param>
public sealed record DatabaseHost(
    string Name,
    string Site,
    string FailureDomain,
    string Address,
    HostTransport Transport,
    SourceSpan At
);

/// <summary>How commands reach a host. Closed: <see cref="Local"/>, <see cref="Ssh"/>, <see cref="Undeclared"/>.</summary>
public abstract record HostTransport
{
    private HostTransport() { }

    /// <param name="User">Operating-system user that owns the servers; the engine switches to it when it runs as root.</param>
    public sealed record Local(string? User) : HostTransport;

    /// <param name="KnownHosts">File with the host's key; null means the user's own known_hosts. Unknown keys are refused.</param>
    public sealed record Ssh(string? User, int Port, string? IdentityFile, string? KnownHosts) : HostTransport;

    /// <summary>The documents do not say. Only a host whose address is the engine's own machine can be reached then.</summary>
    public sealed record Undeclared : HostTransport;

    public T Match<T>(Func<Local, T> local, Func<Ssh, T> ssh, Func<Undeclared, T> undeclared) =>
        this switch
        {
            Local l => local(l),
            Ssh s => ssh(s),
            Undeclared u => undeclared(u),
            _ => throw new InvalidOperationException("HostTransport is closed"),
        };
}

public sealed record BackupRepository(string Name, string Site, string Type, string? Path, SourceSpan At)
{
    /// <summary>Null where it is not stated; proofs then strike the repository with every failure domain of its site.</summary>
    public Located<string>? FailureDomain { get; init; }
}

/// <param name="FailureDomain">Null where it is not stated; proofs then lose it with every failure domain of its site.</param>
public sealed record Observer(string Name, string Site, string? FailureDomain, SourceSpan At);

/// <param name="RoundTrip">Null where it is not stated.</param>
/// <param name="BytesPerSecond">Null where it is not stated.</param>
public sealed record SiteLink(string SiteA, string SiteB, TimeSpan? RoundTrip, ByteCount? BytesPerSecond, SourceSpan At);

/// <summary>How long the human and mechanical parts of a recovery are planned to take. Null means not declared.</summary>
public sealed record PlanningFigures
{
    /// <summary>From the fault until somebody or something acts on it.</summary>
    public TimeSpan? Detection { get; init; }

    /// <summary>A person decides and approves.</summary>
    public TimeSpan? Decision { get; init; }

    public TimeSpan? Promotion { get; init; }
    public TimeSpan? Reconnect { get; init; }

    /// <summary>From an operator's mistake until it is noticed.</summary>
    public TimeSpan? MistakeDetection { get; init; }

    /// <summary>From a full WAL segment until it is safe in the repository.</summary>
    public TimeSpan? ArchivePush { get; init; }

    public ByteCount? RestoreBytesPerSecond { get; init; }
    public ByteCount? ReplayBytesPerSecond { get; init; }
}

/// <summary>When disturbing steps may run.</summary>
/// <param name="Schedule">Five-field cron expression of the opening moment.</param>
/// <param name="TimeZone">IANA name.</param>
public sealed record ChangeWindow(
    string Name,
    string Schedule,
    TimeSpan Duration,
    string TimeZone,
    EquatableArray<string> Allows,
    SourceSpan At
);

/// <param name="DataRoot">Directory on each host that holds data directories; <c>~</c> is the home of the host's server user.</param>
/// <param name="BinDirectory">Directory of the server programs, or null to find the newest that fits the cluster's major version.</param>
/// <param name="Clients">Address ranges (CIDR) that pg_hba admits besides the fleet's own hosts.</param>
public sealed record ServerAccess(
    string User,
    SecretReference? Password,
    string ReplicationUser,
    SecretReference? ReplicationPassword,
    string SslMode,
    TimeSpan ConnectTimeout,
    TimeSpan ObserveTimeout,
    string DataRoot,
    string? BinDirectory,
    EquatableArray<string> Clients
)
{
    /// <summary>Where the client ranges are declared, or else access itself; null where neither is.</summary>
    public SourceSpan? ClientsAt { get; init; }

    /// <summary>The documents say where servers are made; false for the default.</summary>
    public bool DataRootDeclared { get; init; } = true;
}

/// <param name="CountMax">Most objects one plan may remove from a cluster.</param>
/// <param name="PercentMax">Most of the managed objects of a cluster, in percent, one plan may remove.</param>
public sealed record RemovalBudget(int CountMax, int PercentMax);

/// <summary>Where a secret is found when it is needed. The secret itself is never in a document. Closed: <see cref="FromEnvironment"/>, <see cref="FromFile"/>.</summary>
public abstract record SecretReference
{
    private SecretReference(SourceSpan at) => At = at;

    public SourceSpan At { get; }

    public sealed record FromEnvironment(string Variable, SourceSpan Place) : SecretReference(Place);

    /// <param name="Path">File holding the secret; one trailing line break is not part of it; <c>~</c> is the engine's home.</param>
    public sealed record FromFile(string Path, SourceSpan Place) : SecretReference(Place);

    public T Match<T>(Func<FromEnvironment, T> environment, Func<FromFile, T> file) =>
        this switch
        {
            FromEnvironment e => environment(e),
            FromFile f => file(f),
            _ => throw new InvalidOperationException("SecretReference is closed"),
        };

    /// <summary>Names the reference, never the secret.</summary>
    public string Describe() => Match(e => $"environment variable {e.Variable}", f => $"file {f.Path}");
}
