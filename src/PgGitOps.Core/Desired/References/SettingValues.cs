using System.Globalization;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

/// <summary>Parameters as the declared version of PostgreSQL knows them: their names, their values, and where each may be set.</summary>
/// <remarks>Whether what a value names is there (a library, a time zone, a tablespace), only a server knows.</remarks>
internal sealed class SettingValues : IClusterCheck
{
    public void Check(PlacedCluster placed, List<Diagnostic> findings)
    {
        var cluster = placed.Cluster;
        var table = SettingTable.Of(cluster.PostgresMajor);
        foreach (var parameter in cluster.Parameters.Where(p => OwnedParameters.WhyNot(p.Name) is null))
            Check(cluster, table, parameter, null, findings);
        foreach (var role in cluster.Roles)
        {
            foreach (var parameter in role.Settings)
                Check(cluster, table, parameter, "a role", findings);
        }
        foreach (var database in cluster.Databases)
        {
            foreach (var parameter in database.Settings)
                Check(cluster, table, parameter, "a database", findings);
        }
    }

    /// <param name="scope">Whose sessions it is set for; null for the servers themselves.</param>
    private static void Check(Cluster cluster, SettingTable table, Parameter parameter, string? scope, List<Diagnostic> findings)
    {
        if (table.Find(parameter.Name) is not { } meaning)
        {
            if (Unknown(cluster, table, parameter) is { } unknown)
                findings.Add(unknown);
        }
        else if (WhyNotThere(meaning, scope) is { } why)
            findings.Add(ReferenceRules.SettingOutOfPlace.At(parameter.At, $"'{parameter.Name}' cannot be set {why}"));
        else if (scope is null && parameter.Value.AsSpan().ContainsAny('\n', '\r'))
            findings.Add(
                ReferenceRules.SettingBadValue.At(
                    parameter.At,
                    $"the value of {meaning.Name} holds a line break, which ALTER SYSTEM refuses"
                )
            );
        else if (scope is null && IsShorterThanALogin(meaning, parameter.Value))
            findings.Add(
                ReferenceRules.SettingOutOfPlace.At(
                    parameter.At,
                    $"a transaction_timeout of {parameter.Value} for the whole server ends logins before they are done: each begins with a transaction",
                    "set it for roles or databases, or write a second or more"
                )
            );
        else if (!SettingValue.TryRead(meaning, parameter.Value, out _, out var problem))
            findings.Add(
                ReferenceRules.SettingBadValue.At(
                    parameter.At,
                    $"'{parameter.Value}' is not a value of {meaning.Name}: {problem}",
                    parameter.Value.Trim() == parameter.Value
                    || !SettingValue.TryRead(meaning, parameter.Value.Trim(), out _, out _)
                        ? null
                        : "remove the blanks around it"
                )
            );
    }

    // From 17 on. What is set for a role or a database counts only once somebody is logged in.
    private static bool IsShorterThanALogin(SettingMeaning meaning, string value) =>
        meaning.Name == "transaction_timeout"
        && SettingValue.TryRead(meaning, value, out var canonical, out _)
        && long.Parse(canonical, CultureInfo.InvariantCulture) is > 0 and < 1_000;

    private static string? WhyNotThere(SettingMeaning meaning, string? scope) =>
        (scope, meaning) switch
        {
            (_, { Context: "internal" }) => "at all: it tells how the server was built or made",
            (null, { IsNotForFiles: true, IsForSessions: true }) => "for a server; set it for a role or a database",
            (null, { IsNotForFiles: true }) => "by ALTER SYSTEM: PostgreSQL takes it from postgresql.conf alone",
            (not null, { IsForSessions: false }) =>
                $"for {scope}: it is one of the whole server{(meaning.NeedsRestart ? " and needs a restart" : "")}; set it under spec.parameters",
            _ => null,
        };

    private static Diagnostic? Unknown(Cluster cluster, SettingTable table, Parameter parameter)
    {
        // Parameters of extensions have a point in their name, and of a version that is not in the table nobody knows.
        if (parameter.Name.Contains('.') || !table.IsOf(cluster.PostgresMajor))
            return null;
        if (SettingTable.Versions(parameter.Name) is var (first, last))
            return ReferenceRules.SettingUnknown.At(
                parameter.At,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"PostgreSQL {cluster.PostgresMajor} has no parameter '{parameter.Name}'"
                ),
                first > cluster.PostgresMajor
                    ? string.Create(CultureInfo.InvariantCulture, $"it came with PostgreSQL {first}")
                    : string.Create(CultureInfo.InvariantCulture, $"it went after PostgreSQL {last}")
            );
        return Suggestion.For(parameter.Name, table.Names) is { } similar
            ? ReferenceRules.SettingUnknown.At(
                parameter.At,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"PostgreSQL {cluster.PostgresMajor} has no parameter '{parameter.Name}'"
                ),
                $"did you mean '{similar}'?"
            )
            : ReferenceRules.SettingOfNobody.At(
                parameter.At,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"PostgreSQL {cluster.PostgresMajor} as published has no parameter '{parameter.Name}'"
                ),
                "the plan asks the server whether it has one"
            );
    }
}
