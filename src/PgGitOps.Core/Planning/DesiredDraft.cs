using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Planning.Kinds;
using PgGitOps.Core.Planning.Settings;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning;

/// <summary>Desired facets in the making: every kind of object adds what the document says of it.</summary>
internal sealed class DesiredDraft(
    FleetEnvironment environment,
    Cluster cluster,
    SettingCatalog catalog,
    string? primary,
    IReadOnlySet<string> accessLists,
    IReadOnlySet<string> provisioned,
    IReadOnlyList<ServerObjection> objections
)
{
    private readonly Dictionary<FacetKey, DesiredFacet> facets = [];
    private readonly List<Refusal> refusals = [];
    private readonly HashSet<ObjectPath> refused = [];

    internal FleetEnvironment Environment => environment;

    internal Cluster Cluster => cluster;

    /// <inheritdoc cref="DesiredFacets.Of"/>
    internal string? Primary => primary;

    /// <inheritdoc cref="DesiredFacets.Of"/>
    internal IReadOnlySet<string> AccessLists => accessLists;

    /// <inheritdoc cref="DesiredFacets.Of"/>
    internal IReadOnlySet<string> Provisioned => provisioned;

    /// <summary>Roles that PostgreSQL can carry; the others are refused by name, and with them what they hold.</summary>
    internal IEnumerable<Role> Roles => cluster.Roles.Where(r => SqlIdentifier.Problem(r.Name) is null);

    /// <summary>Databases that PostgreSQL can carry; the others are refused by name, and with them what they hold.</summary>
    internal IEnumerable<Database> Databases => cluster.Databases.Where(d => SqlIdentifier.Problem(d.Name) is null);

    internal DesiredFacets Read()
    {
        foreach (var kind in ObjectKinds.All.Where(k => k.WrittenBy.IsManaged(cluster)))
            kind.Declare(this);
        var all = facets.Values.ToArray();
        Array.Sort(all, (a, b) => a.Key.CompareTo(b.Key));
        return new DesiredFacets(all, refusals.ToEquatableArray(), refused);
    }

    /// <param name="subjects">
    /// What the refused text speaks of. What is wanted of it is unknown, so it stays as it is: what cannot be read is not given up.
    /// </param>
    internal void Refuse(Refusal refusal, params ReadOnlySpan<ObjectPath> subjects)
    {
        refusals.Add(refusal);
        foreach (var subject in subjects)
            refused.Add(subject);
    }

    internal void Set(ObjectPath path, Field field, FacetValue value, SourceSpan at)
    {
        ObjectKinds.MustKnow(path, field);
        var key = new FacetKey(Cluster.Name, path, field);
        facets[key] = new DesiredFacet(key, value, at);
    }

    /// <summary>Two grants to one grantee on one target add up.</summary>
    internal void Merge(ObjectPath path, EquatableArray<string> privileges, bool withGrantOption, SourceSpan at)
    {
        var key = new FacetKey(Cluster.Name, path, Field.Privileges);
        var names = withGrantOption ? privileges.Select(p => p + CanonicalForm.GrantOption) : privileges;
        var all = facets.TryGetValue(key, out var earlier) ? CanonicalForm.PrivilegeNames(earlier.Value).Concat(names) : names;
        facets[key] = new DesiredFacet(key, CanonicalForm.Privileges(all) ?? CanonicalForm.NoPrivileges, earlier?.At ?? at);
    }

    /// <summary>Parameters that hold for sessions of something, each where <paramref name="path"/> places its name.</summary>
    internal void SetSettings(EquatableArray<Parameter> settings, Func<string, ObjectPath> path)
    {
        foreach (var setting in settings)
        {
            var subject = path(setting.Name);
            if (ReadSetting(setting, subject) is { } value)
                Set(subject, Field.Value, value, setting.At);
        }
    }

    /// <param name="subjects">What the parameter is a setting of.</param>
    internal FacetValue? ReadSetting(Parameter parameter, params ReadOnlySpan<ObjectPath> subjects)
    {
        if (catalog.Find(parameter.Name) is not { } meaning)
        {
            var similar = catalog.Similar(parameter.Name).FirstOrDefault();
            Refuse(
                new Refusal(
                    PlanRule.UnknownParameter,
                    $"PostgreSQL has no parameter '{parameter.Name}'.",
                    similar is null ? null : $"Did you mean {similar}?",
                    parameter.At
                ),
                subjects
            );
            return null;
        }
        if (meaning.Context == "internal")
        {
            Refuse(
                new Refusal(
                    PlanRule.BadValue,
                    $"{parameter.Name} is fixed when the cluster is made; it cannot be set.",
                    null,
                    parameter.At
                ),
                subjects
            );
            return null;
        }
        var canonical = "";
        var problem = SqlLiteral.Problem(parameter.Value);
        if (SecretSettings.IsRedacted(parameter.Value))
            problem = "it stands for one that was not shown";
        if (problem is not null || !SettingValue.TryRead(meaning, parameter.Value, out canonical, out problem))
        {
            Refuse(
                new Refusal(
                    PlanRule.BadValue,
                    $"'{parameter.Value}' is not a value of {parameter.Name}: {problem}.",
                    null,
                    parameter.At
                ),
                subjects
            );
            return null;
        }
        if (Objection(ServerObjection.Parameter, meaning.Name.ToLowerInvariant(), parameter.Value, null) is { } reason)
        {
            Refuse(new Refusal(PlanRule.BadValue, $"The server does not take it: {reason}.", null, parameter.At), subjects);
            return null;
        }
        // Compared with what a server's value became when it was read.
        var shown = SecretSettings.Redact(meaning.Name, meaning.VarType, canonical);
        return shown == canonical
            ? new FacetValue(canonical, parameter.Value, SettingDisplay.OfText(parameter.Value))
            : new FacetValue(shown, parameter.Value, shown);
    }

    /// <summary>Why the server would not take it, in words; null where it would, or was not asked.</summary>
    internal string? Objection(string kind, string name, string text, string? database) =>
        objections.FirstOrDefault(o => o.Kind == kind && o.Name == name && o.Text == text && o.Database == database)?.Reason;

    /// <param name="subject">What the name belongs to: it stays as it is where the name does not fit.</param>
    internal bool NameFits(string name, string what, SourceSpan at, ObjectPath subject)
    {
        if (SqlIdentifier.Problem(name) is not { } problem)
            return true;
        Refuse(new Refusal(PlanRule.BadName, $"The {what} has {problem}.", null, at), subject);
        return false;
    }
}
