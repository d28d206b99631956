using PgGitOps.Core.Planning.Settings;
using PgGitOps.Core.Settings;

namespace PgGitOps.Tests.Planning;

public class SettingValueTests
{
    private static readonly SettingCatalog Catalog = SettingCatalog.Of(null, 15);

    [Theory]
    [InlineData("shared_buffers", "128MB", "131072kB")]
    [InlineData("shared_buffers", "128MB", "16384")]
    [InlineData("shared_buffers", "0.125GB", "128MB")]
    [InlineData("work_mem", "0x1000", "4MB")]
    [InlineData("work_mem", "010000", "4096")]
    [InlineData("max_wal_size", "1GB", "1024")]
    [InlineData("wal_buffers", "-1", "-1")]
    [InlineData("checkpoint_timeout", "5min", "300s")]
    [InlineData("checkpoint_timeout", "5min", "300")]
    [InlineData("wal_receiver_timeout", "1min", "60000")]
    [InlineData("wal_receiver_timeout", "0", "0s")]
    [InlineData("vacuum_cost_delay", "2ms", "2000us")]
    [InlineData("random_page_cost", "1.10", "1.1")]
    [InlineData("fsync", "on", "TRUE")]
    [InlineData("fsync", "yes", "1")]
    [InlineData("fsync", "off", "f")]
    [InlineData("wal_level", "Replica", "hot_standby")]
    [InlineData("synchronous_commit", "on", "true")]
    [InlineData("search_path", "\"$user\", public", "\"$user\",PUBLIC")]
    [InlineData("shared_preload_libraries", "pg_stat_statements, auto_explain", "pg_stat_statements,auto_explain")]
    [InlineData("synchronous_standby_names", "ANY 1 (b, a)", "any 1 (\"A\",\"b\")")]
    [InlineData("synchronous_standby_names", "a, b", "FIRST 1 (a, b)")]
    [InlineData("synchronous_standby_names", "2 (a, b)", "FIRST 2 (a,b)")]
    [InlineData("TimeZone", "Europe/Oslo", "europe/oslo")]
    [InlineData("client_encoding", "utf-8", "Unicode")]
    [InlineData("search_path", "", "\"\"")]
    [InlineData("search_path", "MySchema , public", "myschema,\"public\"")]
    [InlineData("log_destination", "stderr,CSVLOG", "stderr, csvlog")]
    [InlineData("wal_compression", "on", "pglz")]
    [InlineData("log_min_messages", "debug", "DEBUG2")]
    public void Read_OfTwoSpellings_IsOneValue(string name, string one, string other) =>
        Assert.Equal(Read(name, one), Read(name, other));

    [Theory]
    [InlineData("search_path", "a, b", "b, a")]
    [InlineData("search_path", "\"A\"", "a")]
    [InlineData("synchronous_standby_names", "FIRST 1 (a, b)", "FIRST 1 (b, a)")]
    [InlineData("synchronous_standby_names", "ANY 1 (a, b)", "ANY 2 (a, b)")]
    [InlineData("work_mem", "4MB", "4000")]
    [InlineData("log_line_prefix", "%m ", "%m")]
    [InlineData("search_path", "\"a, b\"", "a, b")]
    [InlineData("search_path", "MySchema", "\"MySchema\"")]
    [InlineData("listen_addresses", "Db1", "db1")]
    [InlineData("shared_preload_libraries", "A", "a")]
    [InlineData("temp_tablespaces", "\"\", fast", "fast")]
    public void Read_OfTwoValues_TellsThemApart(string name, string one, string other) =>
        Assert.NotEqual(Read(name, one), Read(name, other));

    [Theory]
    [InlineData("work_mem", "4 apples")]
    [InlineData("work_mem", "4mb")]
    [InlineData("work_mem", "lots")]
    [InlineData("max_connections", "10MB")]
    [InlineData("fsync", "o")]
    [InlineData("fsync", "maybe")]
    [InlineData("wal_level", "most")]
    [InlineData("random_page_cost", "1,1")]
    [InlineData("checkpoint_timeout", "5m")]
    [InlineData("work_mem", "63kB")]
    [InlineData("work_mem", "2147483648kB")]
    [InlineData("max_connections", "0")]
    [InlineData("checkpoint_completion_target", "1.1")]
    [InlineData("autovacuum_vacuum_scale_factor", "-0.1")]
    [InlineData("log_min_messages", "t")]
    [InlineData("wal_compression", "t")]
    [InlineData("search_path", "a,,b")]
    [InlineData("search_path", "a, ")]
    [InlineData("search_path", "a b")]
    [InlineData("search_path", "\"a")]
    [InlineData("DateStyle", "ISO, ")]
    [InlineData("shared_preload_libraries", "\"\"")]
    [InlineData("session_preload_libraries", "auto_explain, \"\"")]
    public void Read_OfABadValue_SaysWhatWasExpected(string name, string text)
    {
        Assert.False(SettingValue.TryRead(Catalog.Find(name)!, text, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Theory]
    [InlineData("shared_preload_libraries", "pg_stat_statements, auto_explain", "'pg_stat_statements', 'auto_explain'")]
    [InlineData("search_path", "MySchema, \"$user\",\"My\"\"Own\"", "'myschema', '$user', 'My\"Own'")]
    [InlineData("search_path", "", "''")]
    [InlineData("search_path", "\"\"", "''")]
    [InlineData("temp_tablespaces", "", "''")]
    [InlineData("unix_socket_directories", "/run/my sockets, /tmp", "'/run/my sockets', '/tmp'")]
    [InlineData("DateStyle", "ISO, DMY", "'ISO, DMY'")]
    // An empty constant would be a file without a name, and the server would not start again.
    [InlineData("shared_preload_libraries", "", null)]
    public void RightHandSide_OfAList_IsReadBackAsTheSameList(string name, string written, string? sql) =>
        Assert.Equal(sql, SettingSql.RightHandSide(name, written));

    [Fact]
    public void Catalog_OfAMistypedName_ProposesTheRightOne() => Assert.Contains("work_mem", Catalog.Similar("work_men"));

    private static string Read(string name, string text)
    {
        Assert.True(SettingValue.TryRead(Catalog.Find(name)!, text, out var canonical, out var problem), problem);
        return canonical;
    }
}
