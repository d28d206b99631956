using Npgsql;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>A query, and how its rows are read. All of a pass's queries travel in one batch, which is one round trip.</summary>
/// <param name="TakesNames">Has the names of wanted settings as its only parameter, joined by commas.</param>
internal sealed record ServerStatement(string Sql, Action<NpgsqlDataReader, ServerDraft> Read, bool TakesNames = false);
