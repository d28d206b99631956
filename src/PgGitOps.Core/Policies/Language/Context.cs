namespace PgGitOps.Core.Policies.Language;

/// <summary>A bounded context and what it is promised: a RecoveryPolicy document.</summary>
public sealed class Context
{
    private readonly Fleet fleet;

    internal Context(Document document, Fleet fleet)
    {
        Document = document;
        this.fleet = fleet;
    }

    public Document Document { get; }

    public string Name => Document.Name;

    public Value Owner => Document.Owner;

    public Value ClusterName => Document.Spec["store"]["cluster"];

    public Value Database => Document.Spec["store"]["database"];

    public Value Schema => Document.Spec["store"]["schema"];

    /// <summary>The cluster that holds it, or null where the name leads nowhere.</summary>
    public Cluster? Cluster => ClusterName.Text is { } name ? fleet.FindCluster(name) : null;

    public Value RpoClass => Document.Spec["rpoClass"];

    public Value RtoClass => Document.Spec["rtoClass"];

    /// <summary>Loss that the class allows inside the primary's site, or null where the class has no number.</summary>
    public TimeSpan? Rpo => fleet.ClassLimit("rpo", RpoClass.Text);

    /// <summary>Outage that the class allows inside the primary's site, or null where the class has no number.</summary>
    public TimeSpan? Rto => fleet.ClassLimit("rto", RtoClass.Text);

    public Value CrossSite => Document.Spec["crossSite"];

    public Value CrossSiteReplication => CrossSite["replication"];

    public Value DataLossWindow => CrossSite["dataLossWindow"];

    public Value Justification => CrossSite["justification"];

    public TimeSpan? CrossSiteRto => fleet.ClassLimit("rto", CrossSite["rtoClass"].Text);

    public Value FailoverLocal => Document.Spec["failover"]["local"];

    public Value FailoverCrossSite => Document.Spec["failover"]["crossSite"];

    public Value Promotion => Document.Spec["promotion"];

    public Value Backup => Document.Spec["backup"];

    public Value Writes => Document.Spec["writes"];

    /// <summary>What the prover says of this context: an item for each failure scenario, with scenario, verdict, loss, outage, live and because.</summary>
    /// <remarks><c>live</c> is <c>unknown</c> where nobody looked at the cluster, as in a pull request.</remarks>
    public Rows<Value> Verdicts =>
        fleet.Fact("Verdicts", Name) is { } found ? found.Spec["scenarios"].Items : new Rows<Value>([]);

    /// <summary>The verdict on one scenario, such as <c>siteLoss</c>.</summary>
    public Value Verdict(string scenario) =>
        fleet.Fact("Verdicts", Name) is { } found
            ? found.Spec["scenarios"].Items.FirstOrDefault(s => s["scenario"].Is(scenario)) ?? found.Spec[scenario]
            : Document.Root["(verdicts)"];

    public override string ToString() => Name;
}
