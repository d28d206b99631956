using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Settings;
using static PgGitOps.Tests.Proofs.Fleets;

namespace PgGitOps.Tests.Proofs;

/// <summary>What a commit waits for, in every place that can lower it, and how losses are counted and compared.</summary>
[Trait("Requirement", "R-07")]
public sealed class CommitTests
{
    private static Cluster Core(params (string Name, string Value)[] parameters) =>
        Cluster("core-1@oslo/a core-2@bergen/a").Cluster with
        {
            Parameters = [.. parameters.Select(p => new Parameter(p.Name, p.Value, Nowhere))],
        };

    private static Role Writer(string name, string level, bool login = true, bool superuser = false) =>
        Builders.Fleets.Role(name) with
        {
            Login = login,
            Superuser = superuser,
            Settings = [new Parameter("synchronous_commit", level, Nowhere)],
        };

    private static Cluster With(Func<Database, Database> change, params Role[] roles)
    {
        var cluster = Core();
        return cluster with { Roles = [.. roles], Databases = [change(cluster.Databases[0])] };
    }

    private static Grant Of(string to, string? schema) => new(GrantTarget.Schema, schema, null, At(to), ["CREATE"], Nowhere);

    private static (CommitLevel Level, string Where) Weakest(Cluster cluster, string? schema = null)
    {
        var found = EffectiveCommit.Of(cluster, "tenancy", schema);
        return (found.Level, found.Where);
    }

    [Fact]
    public void EffectiveCommit_TakesTheClustersParameters_OverTheRule()
    {
        Assert.Equal((CommitLevel.On, "the synchronous rule"), Weakest(Core()));
        Assert.Equal((CommitLevel.Local, "the cluster's parameters"), Weakest(Core(("synchronous_commit", "local"))));
        Assert.Equal((CommitLevel.Off, "the cluster's parameters"), Weakest(Core(("Synchronous_Commit", "off"))));
        Assert.Equal(CommitLevel.Off, EffectiveCommit.Of(Core(("synchronous_commit", "off")), "nowhere", null).Level);
    }

    [Fact]
    public void EffectiveCommit_OfTheDatabasesOwner_Counts() =>
        Assert.Equal(
            (CommitLevel.Local, "role app"),
            Weakest(With(d => d with { Owner = At("app") }, Writer("app", "local"), Writer("other", "off")))
        );

    [Theory]
    [InlineData(null, CommitLevel.Local)]
    [InlineData("ledger", CommitLevel.Local)]
    [InlineData("other", CommitLevel.On)]
    public void EffectiveCommit_OfASchemasOwner_CountsForThatSchema(string? schema, CommitLevel level) =>
        Assert.Equal(
            level,
            Weakest(
                With(d => d with { Schemas = [new Schema("ledger", At("app"), Nowhere)] }, Writer("app", "local")),
                schema
            ).Level
        );

    [Theory]
    [InlineData("ledger", null, CommitLevel.Local)]
    [InlineData("ledger", "ledger", CommitLevel.Local)]
    [InlineData("ledger", "other", CommitLevel.On)]
    [InlineData(null, "other", CommitLevel.Local)]
    public void EffectiveCommit_OfAGrantee_CountsForTheSchemaOfTheGrant(string? granted, string? schema, CommitLevel level) =>
        Assert.Equal(level, Weakest(With(d => d with { Grants = [Of("app", granted)] }, Writer("app", "local")), schema).Level);

    [Fact]
    public void EffectiveCommit_OfARoleThatCannotLogIn_DoesNotCount()
    {
        Assert.Equal(
            CommitLevel.On,
            Weakest(With(d => d with { Owner = At("app") }, Writer("app", "local", login: false))).Level
        );
        Assert.Equal(CommitLevel.On, Weakest(With(d => d, Writer("dba", "local", login: false, superuser: true))).Level);
        Assert.Equal(CommitLevel.Local, Weakest(With(d => d, Writer("dba", "local", superuser: true))).Level);
    }

    public static TheoryData<string, CommitLevel> WaysToWrite =>
        new()
        {
            { "default privileges", CommitLevel.Local },
            { "default privileges to read", CommitLevel.On },
            { "default privileges of another schema", CommitLevel.On },
            { "default privileges for what it makes itself", CommitLevel.Local },
            { "default privileges for everyone", CommitLevel.Local },
            { "columns", CommitLevel.Local },
            { "a table for everyone", CommitLevel.Local },
            { "a table to read", CommitLevel.On },
            { "pg_write_all_data", CommitLevel.Local },
            { "pg_execute_server_program", CommitLevel.Local },
            { "pg_write_server_files", CommitLevel.Local },
            { "pg_monitor", CommitLevel.On },
            { "a group of a superuser's", CommitLevel.Local },
            { "CREATEROLE of 15", CommitLevel.Local },
            { "CREATEROLE of 17", CommitLevel.On },
            { "the access user", CommitLevel.Local },
            { "nothing", CommitLevel.On },
        };

    [Theory]
    [MemberData(nameof(WaysToWrite))]
    public void EffectiveCommit_CountsEverybodyWhoMayWrite(string way, CommitLevel level)
    {
        var w = Writer("w", "local");
        var plain = Core();
        var database = plain.Databases[0];
        DefaultPrivilege Later(string maker, string to, string privilege, string? schema = null) =>
            new(At(maker), schema, DefaultPrivilegeTarget.Tables, At(to), [privilege], Nowhere);
        Grant Table(string to, string privilege) => new(GrantTarget.Table, "ledger", "entry", At(to), [privilege], Nowhere);
        Database Granted(Grant grant) => database with { Grants = [grant] };
        Database Defaults(DefaultPrivilege later) => database with { DefaultPrivileges = [later] };
        Role MemberOf(params string[] groups) => w with { MemberOf = [.. groups.Select(At)] };
        var dba = Builders.Fleets.Role("dba") with { Superuser = true, Login = false };
        var staff = Builders.Fleets.Role("staff") with { Login = false, MemberOf = [At("dba")] };

        var cluster = way switch
        {
            "default privileges" => Written(w, Defaults(Later("maker", "w", "INSERT"))),
            "default privileges to read" => Written(w, Defaults(Later("maker", "w", "SELECT"))),
            "default privileges of another schema" => Written(w, Defaults(Later("maker", "w", "INSERT", "other"))),
            "default privileges for what it makes itself" => Written(w, Defaults(Later("w", "reader", "SELECT"))),
            "default privileges for everyone" => Written(w, Defaults(Later("maker", "public", "UPDATE"))),
            "columns" => Written(w, Granted(Table("w", "UPDATE") with { Columns = [At("amount")] })),
            "a table for everyone" => Written(w, Granted(Table("public", "DELETE"))),
            "a table to read" => Written(w, Granted(Table("w", "SELECT"))),
            "pg_write_all_data" or "pg_execute_server_program" or "pg_write_server_files" or "pg_monitor" => Written(
                MemberOf(way),
                database
            ),
            "a group of a superuser's" => Written(MemberOf("staff"), database, dba, staff),
            "CREATEROLE of 15" => Written(w with { CreateRole = true }, database),
            "CREATEROLE of 17" => Written(w with { CreateRole = true }, database) with { PostgresMajor = 17 },
            _ => Written(w, database),
        };

        var found = EffectiveCommit.Of(cluster, "tenancy", "ledger", way == "the access user" ? "w" : "postgres");

        Assert.Equal(level, found.Level);

        Cluster Written(Role writer, Database contents, params Role[] others) =>
            plain with
            {
                Roles = [writer, .. others],
                Databases = [contents],
            };
    }

    [Fact]
    public void EffectiveCommit_OfOneSettingInTwoSpellings_IsTheWeaker()
    {
        Parameter Level(string name, string value) => new(name, value, Nowhere);
        var app = Writer("app", "on") with
        {
            Settings = [Level("synchronous_commit", "on"), Level("Synchronous_Commit", "LOCAL")],
        };

        Assert.Equal((CommitLevel.Local, "role app"), Weakest(With(d => d with { Owner = At("app") }, app)));
    }

    [Fact]
    public void EffectiveCommit_OfSeveralWriters_IsTheWeakest_AndTheFirstByNameAmongEquals()
    {
        var all = With(
            d => d,
            Writer("b", "off", superuser: true),
            Writer("a", "off", superuser: true),
            Writer("0", "local", superuser: true)
        );

        Assert.Equal((CommitLevel.Off, "role a"), Weakest(all));
    }

    [Theory]
    [InlineData("off", CommitLevel.Off)]
    [InlineData("FALSE", CommitLevel.Off)]
    [InlineData("no", CommitLevel.Off)]
    [InlineData("0", CommitLevel.Off)]
    [InlineData("local", CommitLevel.Local)]
    [InlineData("Remote_Write", CommitLevel.RemoteWrite)]
    [InlineData("on", CommitLevel.On)]
    [InlineData("true", CommitLevel.On)]
    [InlineData("yes", CommitLevel.On)]
    [InlineData("1", CommitLevel.On)]
    [InlineData("remote_apply", CommitLevel.RemoteApply)]
    [InlineData("", null)]
    [InlineData("tru", null)]
    public void CommitLevel_OfEverySpelling_IsThatOfTheServer(string text, CommitLevel? level) =>
        Assert.Equal(level, CommitLevelText.TryParse(text));

    [Theory]
    [InlineData("fsync", "off", true)]
    [InlineData("fsync", "OFF", true)]
    [InlineData("FSYNC", "false", true)]
    [InlineData("fsync", "no", true)]
    [InlineData("fsync", "0", true)]
    // bool.c takes every unambiguous beginning.
    [InlineData("fsync", "of", true)]
    [InlineData("fsync", "f", true)]
    [InlineData("full_page_writes", "n", true)]
    [InlineData("full_page_writes", "on", false)]
    [InlineData("fsync", "1", false)]
    [InlineData("fsync", "", false)]
    [InlineData("wal_log_hints", "off", false)]
    public void SwitchedOff_OfEverySpelling_IsThatOfTheServer(string name, string value, bool off) =>
        Assert.Equal(off ? name : null, Durability.SwitchedOff(Core((name, value)))?.Name);

    [Theory]
    [InlineData(null, 200)]
    [InlineData("300", 300)]
    [InlineData("500ms", 500)]
    [InlineData("2s", 2000)]
    [InlineData("10 s", 10000)]
    [InlineData("0.1min", 6000)]
    [InlineData("nonsense", 10000)]
    public void WalWriterDelay_OfEverySpelling_IsThatOfTheServer(string? value, int milliseconds) =>
        Assert.Equal(
            TimeSpan.FromMilliseconds(milliseconds),
            Durability.WalWriterDelay(value is null ? Core(("fsync", "3s")) : Core(("fsync", "on"), ("wal_writer_delay", value)))
        );

    [Fact]
    public void Loss_IsCountedInTimeAndInBytes()
    {
        var (rate, minute) = (ByteCount.Parse("2MB"), TimeSpan.FromMinutes(1));

        Assert.Equal(new Loss(LossKind.Bounded, minute, ByteCount.Parse("120MB")), Loss.OfDuration(minute, rate));
        Assert.Equal(new Loss(LossKind.Bounded, minute, null), Loss.OfDuration(minute, null));
        Assert.Equal(new Loss(LossKind.Bounded, null, rate), Loss.OfBytes(rate));
    }

    [Fact]
    public void Loss_IsOrderedByKind_ThenTime_ThenBytes_AndUnknownIsMore()
    {
        var (minute, rate) = (TimeSpan.FromMinutes(1), new ByteCount(1000));
        Loss[] ordered =
        [
            Loss.None,
            Loss.OfDuration(minute, rate),
            Loss.OfDuration(minute, new ByteCount(2000)),
            Loss.OfDuration(minute, null),
            Loss.OfDuration(2 * minute, rate),
            Loss.OfBytes(new ByteCount(1)),
            Loss.OfBytes(new ByteCount(2)),
            new(LossKind.Bounded, null, null),
            Loss.Unbounded,
        ];
        for (var i = 0; i < ordered.Length; i++)
        {
            for (var j = 0; j < ordered.Length; j++)
                Assert.Equal(Math.Sign(i - j), Math.Sign(ordered[i].CompareTo(ordered[j])));
        }
    }

    [Fact]
    public void Loss_IsShownAsFarAsItIsKnown()
    {
        Assert.Equal("none", Loss.None.ToString());
        Assert.Equal("unbounded", Loss.Unbounded.ToString());
        Assert.Equal("up to 1m (120MB of WAL)", Loss.OfDuration(TimeSpan.FromMinutes(1), ByteCount.Parse("2MB")).ToString());
        Assert.Equal("up to 1m", Loss.OfDuration(TimeSpan.FromMinutes(1), null).ToString());
        Assert.Equal("up to 120MB of WAL", Loss.OfBytes(ByteCount.Parse("120MB")).ToString());
        Assert.Equal("bounded", new Loss(LossKind.Bounded, null, null).ToString());
    }
}
