using PgGitOps.Core.Planning.Settings;

namespace PgGitOps.Tests.Planning;

public class SettingValueTests
{
    private static readonly SettingCatalog Catalog = SettingCatalog.Of(null);

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
    public void Read_OfTwoSpellings_IsOneValue(string name, string one, string other) =>
        Assert.Equal(Read(name, one), Read(name, other));

    [Theory]
    [InlineData("search_path", "a, b", "b, a")]
    [InlineData("search_path", "\"A\"", "a")]
    [InlineData("synchronous_standby_names", "FIRST 1 (a, b)", "FIRST 1 (b, a)")]
    [InlineData("synchronous_standby_names", "ANY 1 (a, b)", "ANY 2 (a, b)")]
    [InlineData("work_mem", "4MB", "4")]
    [InlineData("log_line_prefix", "%m ", "%m")]
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
    [InlineData("log_line_prefix", "a\0b")]
    public void Read_OfABadValue_SaysWhatWasExpected(string name, string text)
    {
        Assert.False(SettingValue.TryRead(Catalog.Find(name)!, text, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void ToSql_OfAQuotedList_QuotesEveryItemAlone() =>
        Assert.Equal(
            "'pg_stat_statements', 'auto_explain'",
            SettingValue.ToSql("shared_preload_libraries", "pg_stat_statements, auto_explain")
        );

    [Fact]
    public void ToSql_OfAnEmptyQuotedList_CanOnlyReset() => Assert.Null(SettingValue.ToSql("shared_preload_libraries", ""));

    [Fact]
    public void Catalog_OfAMistypedName_ProposesTheRightOne() => Assert.Contains("work_mem", SettingCatalog.Similar("work_men"));

    private static string Read(string name, string text)
    {
        Assert.True(SettingValue.TryRead(Catalog.Find(name)!, text, out var canonical, out var problem), problem);
        return canonical;
    }
}
