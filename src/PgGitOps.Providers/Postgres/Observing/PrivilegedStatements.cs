using System.Globalization;
using System.Text;
using PgGitOps.Core.Observed;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>What only some logins may ask, or what exists only where the engine has been: asked once it is known to succeed.</summary>
internal static class PrivilegedStatements
{
    private static readonly ServerStatement Verifiers = new(
        "select rolname::text, rolpassword from pg_authid where rolpassword is not null",
        static (row, draft) => draft.Verifiers[row.Word(0)] = new PasswordVerifier(row.Word(1))
    );

    private static readonly ServerStatement Files = new(
        "select coalesce(sourcefile, ''), coalesce(sourceline, 0), coalesce(name, ''), setting, coalesce(applied, false), error from pg_file_settings order by seqno",
        static (row, draft) =>
        {
            var name = row.Word(2);
            draft.FileSettings.Add(
                new FileSettingFact(row.Word(0), row.GetInt32(1), name, row.Text(3), row.GetBoolean(4), row.Text(5))
            );
        }
    );

    // A file that cannot be found any more has not been read as it is.
    private static readonly ServerStatement Loaded = new(
        "select bool_and(coalesce((pg_stat_file(f, true)).change <= pg_conf_load_time(), false)) from (select distinct sourcefile from pg_file_settings where sourcefile is not null) s(f)",
        static (row, draft) => draft.FilesLoaded = row.IsDBNull(0) ? null : row.GetBoolean(0)
    );

    // As bytes: one that is no text of the database's encoding would end the whole pass. A rename does not show in the time of
    // the last modification, so the inode's own change counts; a backend begins with its postmaster's time of loading. The server
    // tells a file's time in whole seconds: a change within the second of the last load passes for loaded, as the engine's own are.
    private static readonly ServerStatement AccessList = new(
        "select pg_read_binary_file(f, 0, 1048576, true), (pg_stat_file(f, true)).change <= pg_conf_load_time() from (select current_setting('hba_file')) h(f)",
        static (row, draft) =>
        {
            if (!row.IsDBNull(0) && !row.IsDBNull(1))
                draft.AccessList = AccessListRedaction.Apply(
                    Core.Planning.AccessList.Read(Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(0)), row.GetBoolean(1))
                );
        }
    );

    // A server that was asked to stop and waits for its sessions says so nowhere in SQL: those that it has go on as ever. The last
    // line of its lock file does. As bytes, for the same reason as above.
    private static readonly ServerStatement Stopping = new(
        "select pg_read_binary_file('postmaster.pid', 0, 8192, true)",
        static (row, draft) =>
            draft.IsStopping =
                !row.IsDBNull(0)
                && Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(0)).TrimEnd().EndsWith("stopping", StringComparison.Ordinal)
    );

    private static readonly ServerStatement Segments = new(
        "select max(substr(name, 1, 8) collate \"C\") from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$'",
        static (row, draft) =>
            draft.SegmentTimeline = row.Text(0) is { } digits
                ? int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                : null
    );

    // The youngest names every timeline before it; more than a few only where neighbours were promoted side by side.
    private static readonly ServerStatement Timelines = new(
        "select name, pg_read_binary_file('pg_wal/' || name, 0, 65536, true) from pg_ls_waldir() where name ~ '^[0-9A-F]{8}[.]history$' order by name collate \"C\" desc limit 16",
        static (row, draft) =>
        {
            if (
                !row.IsDBNull(1)
                && TimelineAncestry.TryParse(row.GetString(0), Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(1)))
                    is { } ancestry
            )
                draft.KnownTimelines.Add(ancestry);
        }
    );

    private static readonly ServerStatement Token = new(
        "select token from pggitops.writer",
        static (row, draft) => draft.Token = row.GetInt64(0)
    );

    private static readonly ServerStatement Inventory = new(
        "select object, commit, created_at from pggitops.inventory",
        static (row, draft) => draft.Inventory.Add(new InventoryEntry(row.Word(0), row.Word(1), row.Instant(2)))
    );

    private static readonly ServerStatement Applied = new(
        "select object, field, value, commit, at, adopted from pggitops.applied",
        static (row, draft) =>
            draft.Applied.Add(
                new AppliedEntry(row.Word(0), row.Word(1), row.Word(2), row.Word(3), row.Instant(4), row.GetBoolean(5))
            )
    );

    /// <summary>Of an engine that did not tell yet what it found from what it brought about; the next writer adds the column.</summary>
    private static readonly ServerStatement AppliedOnly = Applied with
    {
        Sql = "select object, field, value, commit, at, false from pggitops.applied",
    };

    private static readonly ServerStatement Suspension = new(
        "select reason, owner, since, expires from pggitops.suspension",
        static (row, draft) => draft.Suspension = new Suspension(row.Word(0), row.Word(1), row.Instant(2), row.Instant(3))
    );

    public static IEnumerable<ServerStatement> For(ServerRights rights)
    {
        if (rights.Verifiers)
            yield return Verifiers;
        if (rights.Files)
            yield return Files;
        if (rights is { Files: true, AccessList: true })
            yield return Loaded;
        if (rights.AccessList)
        {
            yield return AccessList;
            yield return Stopping;
        }
        if (rights.WalDirectory)
            yield return Segments;
        if (rights is { WalDirectory: true, AccessList: true })
            yield return Timelines;
        if (rights.Record != RecordState.Readable)
            yield break;
        if (rights.Token)
            yield return Token;
        yield return Inventory;
        yield return rights.TellsAdopted ? Applied : AppliedOnly;
        yield return Suspension;
    }
}
