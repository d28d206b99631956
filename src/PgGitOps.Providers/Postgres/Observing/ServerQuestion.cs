using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>What documents ask for and only a server can judge: texts that it looks up in its files or catalogs, and extensions.</summary>
/// <param name="Kind">As of a <see cref="ServerObjection"/>.</param>
public sealed record ServerQuestion(string Kind, string Name, string Text, string? Database)
{
    // The table of settings judges encodings; roles may be made by the very plan.
    private static readonly HashSet<string> NotAsked = ["client_encoding", "role", "session_authorization"];

    // As a setting of a role or a database, PostgreSQL takes the name of what is not there yet.
    private static readonly HashSet<string> MayComeLater =
    [
        "default_table_access_method",
        "default_tablespace",
        "default_text_search_config",
        "temp_tablespaces",
    ];

    internal static IReadOnlyList<ServerQuestion> Of(Cluster cluster) =>
        [
            .. Texts(cluster.Parameters),
            .. cluster
                .Roles.SelectMany(r => Texts(r.Settings))
                .Concat(cluster.Databases.SelectMany(d => Texts(d.Settings)))
                .Where(q => !MayComeLater.Contains(q.Name)),
            .. cluster.Databases.SelectMany(d =>
                d.Extensions.Select(e => new ServerQuestion(ServerObjection.Extension, e.Name, e.Version ?? "", d.Name))
            ),
        ];

    private static IEnumerable<ServerQuestion> Texts(IEnumerable<Parameter> settings) =>
        settings
            .Select(s => new ServerQuestion(ServerObjection.Parameter, s.Name.ToLowerInvariant(), s.Value, null))
            .Where(q => !NotAsked.Contains(q.Name));
}
