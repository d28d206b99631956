using PgGitOps.Core.Policies.Machinery;

namespace PgGitOps.Core.Policies.Language;

/// <summary>Everything the policy repository declares, and in the loop what was seen of it.</summary>
public sealed class Fleet
{
    private readonly Evaluation run;

    internal Fleet(Evaluation run) => this.run = run;

    /// <summary>All documents of a kind, ordered by file and place.</summary>
    public Rows<Document> Documents(string kind)
    {
        run.ListedKind(kind);
        var numbers = run.Corpus.OfKind(kind);
        Fuel.Charge(1 + numbers.Count);
        return new Rows<Document>([.. numbers.Select<int, Document>(n => new Document(run, n))]);
    }

    /// <summary>The document of that kind and name, or null.</summary>
    public Document? Find(string kind, string name)
    {
        Fuel.Charge(1 + ((kind.Length + name.Length) >> 4));
        run.ListedKind(kind);
        return run.Corpus.Find(kind, name) is { } number ? new Document(run, number) : null;
    }

    /// <summary>What is known besides the documents; see <see cref="Context.Verdicts"/> and <see cref="Cluster.Observed"/>.</summary>
    internal Document? Fact(string kind, string name) => Find(kind, name);

    public Rows<Context> Contexts => Documents("RecoveryPolicy").Select(d => new Context(d, this));

    public Rows<Cluster> Clusters => Documents("Cluster").Select(d => new Cluster(d, this));

    public Rows<Environment> Environments => Documents("Environment").Select(d => new Environment(d, this));

    public Context? FindContext(string name) => Find("RecoveryPolicy", name) is { } found ? new Context(found, this) : null;

    public Cluster? FindCluster(string name) => Find("Cluster", name) is { } found ? new Cluster(found, this) : null;

    public Environment? FindEnvironment(string name) =>
        Find("Environment", name) is { } found ? new Environment(found, this) : null;

    /// <summary>What a class name of <c>rpo</c> or <c>rto</c> means in time, or null where the repository gives it no number.</summary>
    public TimeSpan? ClassLimit(string family, string? name) =>
        name is null || Documents("RecoveryClasses").FirstOrDefault() is not { } classes
            ? null
            : classes.Spec[family][name].Duration;
}
