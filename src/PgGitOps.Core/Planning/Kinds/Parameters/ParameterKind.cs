using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Planning.Live;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Kinds.Parameters;

/// <summary>A parameter of one server.</summary>
internal sealed class ParameterKind : ObjectKind<ObjectPath.Parameter>
{
    internal override int Rank => 20;

    internal override KindWords Words { get; } = new("parameter", Field.Value);

    internal override IReadOnlyList<Field> Fields { get; } =
    [
        Field.Configured,
        Field.Value,
        Field.PendingRestart,
        Field.Source,
        Field.ConfigurationFile,
        Field.AlterSystem,
        Field.Waiting,
    ];

    internal override Recreation Recreation => Recreation.Free;

    internal override Drafting Drafting { get; } =
        new Drafting.InCluster(
            DraftStage.Parameters,
            draft =>
            {
                ParameterSteps.Draft(draft);
                SynchronousSteps.Draft(draft);
            }
        );

    internal override Import Import { get; } = new Import.InCluster(ImportedParameters.Write);

    internal override OwnerRule WrittenBy { get; } =
        OwnerRule.Manager(
            (_, cluster) =>
                cluster.Parameters.Count > 0 ? cluster.Parameters[0].At
                : cluster.Replication.Synchronous is { } declared ? declared.At
                : cluster.Members.FirstOrDefault(m => m.ReplayDelay is not null)?.ReplayDelay?.Span
        );

    internal override void Declare(DesiredDraft desired)
    {
        Parameters(desired);
        Replication(desired);
    }

    internal override IEnumerable<(ObjectPath Path, Field Field)> ReadBeside(LiveReader live, Cluster cluster, string? primary) =>
        [];

    internal override IEnumerable<(ObjectPath Path, string Owner)> OwningRoles(ClusterSnapshot snapshot, ServerFacts? primary) =>
        [];

    internal override IEnumerable<Danger> Dangers(DangerScope seen) => seen.Members.SelectMany(m => ParameterDangers.Of(seen, m));

    internal override bool IsTakenBack(Field field) => field == Field.Value || field == Field.Configured;

    protected override Reading Read(LiveReader live, ObjectPath.Parameter path, Field field, FacetValue? wanted) =>
        live.Member(path.Member) is { } member ? ParameterReading.Read(member, path.Name, field, wanted) : Reading.Absent;

    protected override Fresh? Fresh(Made made, ObjectPath.Parameter path, DesiredFacet facet) =>
        made switch
        {
            // Initialising leaves the synchronous rule to a later step.
            Made.Server server when server.Member == path.Member => new Fresh(
                path.Name switch
                {
                    "synchronous_standby_names" => new FacetValue("", "", "(empty)"),
                    "synchronous_commit" => FacetValue.Of("on"),
                    _ => facet.Value,
                }
            ),
            Made.Copy copy when copy.Member == path.Member => new Fresh(
                copy.Draft.State[made.Problem.Key(new ObjectPath.Parameter(copy.Source, path.Name), Field.Configured)]
            ),
            _ => null,
        };

    // Made with its server, and taken back value by value.
    protected override Removal Remove(PlanDraft draft, ObjectPath.Parameter path) =>
        new Removal.Never("a parameter is reset, not removed");

    private static void Parameters(DesiredDraft desired)
    {
        foreach (var parameter in desired.Cluster.Parameters)
        {
            var paths = OnMembers(desired, parameter.Name);
            if (
                desired.Cluster.Replication.Synchronous is { } declared
                && parameter.Name.ToLowerInvariant() is "synchronous_standby_names" or "synchronous_commit"
                && desired.ReadSetting(parameter, paths) is { } written
                && !written.Equals(ValueOf(parameter.Name, declared))
            )
            {
                desired.Refuse(
                    new Refusal(
                        PlanRule.DeclaredTwice,
                        $"{parameter.Name} is declared both among the parameters and by replication.synchronous, with different values.",
                        "Keep replication.synchronous only.",
                        parameter.At
                    ),
                    paths
                );
                continue;
            }
            if (desired.ReadSetting(parameter, paths) is { } value)
                Set(desired, paths, value, parameter.At);
        }
    }

    private static void Replication(DesiredDraft desired)
    {
        foreach (var member in desired.Cluster.Members)
        {
            if (member.ReplayDelay is not { } delay)
                continue;
            // PostgreSQL's minute is min, where documents write m.
            var text = DurationText.Format(delay.Value) is var written && written.EndsWith('m') ? written + "in" : written;
            var path = new ObjectPath.Parameter(member.Name, "recovery_min_apply_delay");
            if (desired.ReadSetting(new Parameter(path.Name, text, delay.Span), path) is { } value)
                Set(desired, [path], value, delay.Span);
        }
        if (desired.Cluster.Replication.Synchronous is not { } declared)
            return;
        foreach (var name in (ReadOnlySpan<string>)["synchronous_standby_names", "synchronous_commit"])
            Set(desired, OnMembers(desired, name), ValueOf(name, declared), declared.At);
    }

    private static FacetValue ValueOf(string parameter, SynchronousReplication declared)
    {
        if (!parameter.Equals("synchronous_standby_names", StringComparison.OrdinalIgnoreCase))
            return FacetValue.Of(declared.Commit.Spell());
        var text = declared.Rule.ToString();
        return new FacetValue(declared.Rule.Canonical, text, text);
    }

    private static ObjectPath[] OnMembers(DesiredDraft desired, string parameter) =>
        [.. desired.Cluster.Members.Select(m => new ObjectPath.Parameter(m.Name, parameter))];

    private static void Set(DesiredDraft desired, ReadOnlySpan<ObjectPath> paths, FacetValue value, SourceSpan at)
    {
        foreach (var path in paths)
        {
            desired.Set(path, Field.Configured, value, at);
            desired.Set(path, Field.Value, value, at);
        }
    }
}
