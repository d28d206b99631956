namespace PgGitOps.Core.Proofs.Faults;

/// <summary>What can go wrong, in the order of the matrix.</summary>
public enum FailureScenario
{
    ProcessCrash,
    NodeLoss,
    TwoNodeLoss,
    DomainLoss,

    /// <summary>Every set of two or more failure domains at once, up to the chosen depth.</summary>
    DomainsLoss,

    /// <summary>Every mix of nodes and failure domains of one site, as many at once as a context tolerates.</summary>
    FaultsAtOnce,

    SiteLoss,
    Partition,
    OperatorMistake,
    SilentCorruption,
    RepositoryLoss,
    Maintenance,
}

public static class FailureScenarios
{
    public static readonly IReadOnlyList<FailureScenario> All = Enum.GetValues<FailureScenario>();

    public static string Title(this FailureScenario scenario) =>
        scenario switch
        {
            FailureScenario.ProcessCrash => "process crash",
            FailureScenario.NodeLoss => "node loss",
            FailureScenario.TwoNodeLoss => "any two nodes",
            FailureScenario.DomainLoss => "failure domain loss",
            FailureScenario.DomainsLoss => "several failure domains",
            FailureScenario.FaultsAtOnce => "several faults at once",
            FailureScenario.SiteLoss => "site loss",
            FailureScenario.Partition => "partition between sites",
            FailureScenario.OperatorMistake => "operator mistake",
            FailureScenario.SilentCorruption => "silent corruption",
            FailureScenario.RepositoryLoss => "repository loss",
            FailureScenario.Maintenance => "planned maintenance",
        };

    /// <summary>Stable name in JSON and in the links of reports.</summary>
    public static string Id(this FailureScenario scenario) => char.ToLowerInvariant($"{scenario}"[0]) + $"{scenario}"[1..];
}
