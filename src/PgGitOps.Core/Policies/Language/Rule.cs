using PgGitOps.Core.Policies.Machinery;

namespace PgGitOps.Core.Policies.Language;

/// <summary>What every rule has at hand. The text of a rule file is the body of <see cref="Check"/>.</summary>
public abstract class Rule
{
    private Evaluation? run;

    private Evaluation Run => run ?? throw new RuleStopped("a rule runs only inside an evaluation");

    /// <summary>Everything the policy repository declares.</summary>
    protected Fleet Fleet => new(Run);

    /// <summary>Parameters of the rule, by the names in its header.</summary>
    protected Parameters Param => new(Run);

    /// <summary>The moment of the evaluation, in UTC; the same for every rule.</summary>
    protected DateTimeOffset Now => Run.ReadClock();

    internal int SubjectNumber { get; private set; } = -1;

    internal void Begin(Evaluation evaluation, int subject)
    {
        run = evaluation;
        SubjectNumber = subject;
    }

    internal void Perform() => Check();

    /// <summary>All documents of a kind, ordered by file and place.</summary>
    protected Rows<Document> Documents(string kind) => Fleet.Documents(kind);

    /// <summary>Reports a finding at a value.</summary>
    protected Finding Report(Value place, string message) => Run.Add(new Finding(Finding.There(place, "Report"), message));

    /// <summary>Reports a finding at the name of a document.</summary>
    protected Finding Report(Document place, string message) => Report(Finding.There(place, "Report").Metadata["name"], message);

    /// <summary>The rule says nothing about this subject, and why. End the rule afterwards with <c>return;</c>.</summary>
    protected void NotApplicable(string why) => Run.NotApplicable = why ?? "";

    protected abstract void Check();

    private protected Document Subject => new(Run, SubjectNumber);
}

/// <summary>A rule that runs once for the whole fleet: <c>for: Fleet</c>.</summary>
public abstract class FleetRule : Rule;

/// <summary>A rule that runs once for each document of a kind.</summary>
public abstract class DocumentRule : Rule
{
    /// <summary>The document the rule looks at.</summary>
    protected Document Document => Subject;
}

/// <summary>A rule that runs once for each bounded context: <c>for: RecoveryPolicy</c>.</summary>
public abstract class ContextRule : DocumentRule
{
    /// <summary>The context the rule looks at.</summary>
    protected Context Context => new(Subject, Fleet);
}

/// <summary>A rule that runs once for each cluster: <c>for: Cluster</c>.</summary>
public abstract class ClusterRule : DocumentRule
{
    /// <summary>The cluster the rule looks at.</summary>
    protected Cluster Cluster => new(Subject, Fleet);
}

/// <summary>A rule that runs once for each environment: <c>for: Environment</c>.</summary>
public abstract class EnvironmentRule : DocumentRule
{
    /// <summary>The environment the rule looks at.</summary>
    protected Environment Environment => new(Subject, Fleet);
}
