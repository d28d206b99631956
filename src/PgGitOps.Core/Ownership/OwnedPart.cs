using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Ownership;

/// <summary>A part of a document that is no object of a server: a row of the table of owners beside those of the kinds.</summary>
/// <param name="Name">As reports call it.</param>
public sealed record OwnedPart(string Name, OwnerRule WrittenBy)
{
    /// <summary>Stanza, repositories, schedules, retention, and the archiving that feeds them.</summary>
    public static OwnedPart Backup { get; } = new("backup", OwnerRule.Tool(Owner.PgBackRest, (_, cluster) => cluster.Backup?.At));

    public static IReadOnlyList<OwnedPart> All { get; } =
    [
        Backup,
        // What its configuration store and its configuration file hold.
        new(
            "Patroni's configuration",
            OwnerRule.Tool(Owner.Patroni, (_, cluster) => cluster.Manager.Match<SourceSpan?>(_ => null, _ => cluster.Head.At))
        ),
    ];
}

/// <summary>What documents ask for and nobody here keeps: said in every report, and never in sync.</summary>
/// <param name="What">Such as <c>backup</c>.</param>
public sealed record NotManaged(string What, Owner Owner, SourceSpan At)
{
    public override string ToString() =>
        $"{What}: declared and not managed; it is for {Owners.Name(Owner)}, which this version does not operate";
}
