using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Planning.Kinds;
using PgGitOps.Core.Planning.Kinds.Publications;
using PgGitOps.Core.Reporting.Importing;
using PgGitOps.Tests.Builders;
using PgGitOps.Tests.Desired;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>What logical replication gives away: made, kept as declared, removed where it is ours, and told where nobody declared it.</summary>
public partial class PublicationTests
{
    private static readonly Publication OfTables = Declared("feed") with
    {
        Owner = Name("app"),
        Tables = [Table("shop", "items"), Table("shop", "orders", "id", "at")],
        Operations = ["insert", "delete"],
        ViaPartitionRoot = true,
    };

    /// <summary>As the server shows <see cref="OfTables"/>.</summary>
    private static readonly Live LiveOfTables = new("feed")
    {
        Owner = "app",
        Operations = "insert,delete",
        ViaPartitionRoot = true,
        Tables = [new("shop", "items"), new("shop", "orders", "id", "at")],
    };

    private static readonly Publication OfSchema = Declared("everything") with { Schemas = [Name("shop")] };

    [Fact]
    public void Plan_OfNewPublications_CreatesEachInOneStep()
    {
        var plan = Plan([OfTables, OfSchema, Declared("all") with { AllTables = true }]);

        Assert.Equal(
            [
                "CREATE PUBLICATION \"feed\" FOR TABLE \"shop\".\"items\", \"shop\".\"orders\" (\"at\", \"id\") "
                    + "WITH (publish = 'delete, insert', publish_via_partition_root = true)",
                "ALTER PUBLICATION \"feed\" OWNER TO \"app\"",
                "CREATE PUBLICATION \"everything\" FOR TABLES IN SCHEMA \"shop\"",
                "CREATE PUBLICATION \"all\" FOR ALL TABLES",
            ],
            plan.Sql()
        );
        Assert.All(plan.Steps, s => Assert.EndsWith("/create", s.Id, StringComparison.Ordinal));
        Assert.Empty(plan.Refusals);
    }

    [Fact]
    public void Plan_OfPublicationsAsDeclared_ChangesNothing()
    {
        // In another order than the document has.
        var plan = Plan(
            [OfTables, OfSchema],
            LiveOfTables with
            {
                Tables = [.. LiveOfTables.Tables.Reverse()],
            },
            new Live("everything") { Schemas = ["shop"] }
        );

        Assert.Empty(plan.Changes);
        Assert.Empty(plan.Steps);
    }

    [Fact]
    public void Plan_OfWhatDiffers_ChangesThatAlone()
    {
        Assert.Equal(
            ["ALTER PUBLICATION \"feed\" SET TABLE \"shop\".\"items\", \"shop\".\"orders\" (\"at\", \"id\")"],
            Plan([OfTables], LiveOfTables with { Tables = [new("shop", "orders", "id", "at")] }).Sql()
        );
        Assert.Equal(
            ["ALTER PUBLICATION \"feed\" SET TABLE \"shop\".\"items\", \"shop\".\"orders\" (\"at\", \"id\")"],
            Plan([OfTables], LiveOfTables with { Tables = [new("shop", "items"), new("shop", "orders")] }).Sql()
        );
        Assert.Equal(
            ["ALTER PUBLICATION \"feed\" SET (publish = 'delete, insert')", "ALTER PUBLICATION \"feed\" OWNER TO \"app\""],
            Plan([OfTables], LiveOfTables with { Operations = "insert,update,delete,truncate", Owner = "postgres" }).Sql()
        );
        Assert.Equal(
            ["ALTER PUBLICATION \"feed\" SET (publish_via_partition_root = true)"],
            Plan([OfTables], LiveOfTables with { ViaPartitionRoot = false }).Sql()
        );
        Assert.Equal(
            ["ALTER PUBLICATION \"everything\" SET TABLES IN SCHEMA \"shop\""],
            Plan([OfSchema], new Live("everything") { Schemas = ["public", "shop"], Tables = [new("public", "t")] }).Sql()
        );
        // What the document does not say is nobody's business.
        Assert.Empty(
            Plan(
                [OfSchema],
                new Live("everything")
                {
                    Schemas = ["shop"],
                    Operations = "insert",
                    Owner = "app",
                }
            ).Changes
        );
    }

    [Fact]
    public void Plan_OfOddNames_QuotesThem()
    {
        var plan = Plan([Declared("it's \"odd\"; --") with { Tables = [Table("public", "a.b\"c", "Col umn", "x\"")] }]);

        Assert.Equal(
            ["CREATE PUBLICATION \"it's \"\"odd\"\"; --\" FOR TABLE \"public\".\"a.b\"\"c\" (\"Col umn\", \"x\"\"\")"],
            plan.Sql()
        );
        // The names come back as they went.
        Assert.Empty(
            Plan(
                [Declared("it's \"odd\"; --") with { Tables = [Table("public", "a.b\"c", "Col umn", "x\"")] }],
                new Live("it's \"odd\"; --") { Tables = [new("public", "a.b\"c", "x\"", "Col umn")] }
            ).Changes
        );
        Assert.Equal<ObjectPath>(new PublicationPath("shop", "a/b%"), ObjectText.Parse("database/shop/publication/a%2Fb%25"));
    }

    [Fact]
    public void Plan_OfANameThatPostgreSqlWouldCut_RefusesIt()
    {
        var tooLong = new string('n', 64);
        foreach (
            var publication in (Publication[])
                [
                    OfTables with
                    {
                        Name = tooLong,
                    },
                    OfTables with
                    {
                        Tables = [Table("shop", tooLong)],
                    },
                    OfTables with
                    {
                        Tables = [Table("shop", "items", tooLong)],
                    },
                ]
        )
        {
            var plan = Plan([publication]);
            Assert.Empty(plan.Steps);
            Assert.Equal([PlanRule.BadName], plan.Refusals.Select(r => r.RuleId));
        }
    }

    [Fact]
    public void Plan_WhenGitGivesThemUp_DropsThoseOfTheRecordAlone()
    {
        var plan = PlanOf(
            Document([]),
            Snapshot(LiveOfTables, new Live("by hand") { AllTables = true }, new Live("all") { AllTables = true })
                .WithRecord(["database/shop/publication/feed", "database/shop/publication/all"])
        );

        Assert.Equal(["DROP PUBLICATION \"all\"", "DROP PUBLICATION \"feed\""], plan.Sql().Order());
        // Its removal is told, which may wait for consent: somebody declared it.
        Assert.Equal(
            ["database/shop/publication/by hand"],
            plan.Changes.Where(c => c is { Cause: ChangeCause.Undeclared, Key.Object: PublicationPath })
                .Select(c => $"{c.Key.Object}")
        );
        Assert.Contains(plan.Steps[0].Hazards, h => h.Kind == HazardKind.AccessLoss);
    }

    [Fact]
    public void Plan_ThatTurnsAListIntoAllTables_IsRefused()
    {
        var plan = Plan([Declared("feed") with { AllTables = true }], LiveOfTables);
        Assert.Empty(plan.Steps);
        Assert.Equal([PlanRule.Immutable], plan.Refusals.Select(r => r.RuleId));

        // The rest of it is kept all the same.
        plan = Plan([OfTables], LiveOfTables with { AllTables = true, Tables = [], Operations = "insert" });
        Assert.Equal(["ALTER PUBLICATION \"feed\" SET (publish = 'delete, insert')"], plan.Sql());
        Assert.Equal([PlanRule.Immutable], plan.Refusals.Select(r => r.RuleId));
    }

    [Fact]
    public void Plan_OfAPublicationWithRowFilters_NeverWritesItsTablesWithoutThem()
    {
        var both = OfTables with { Owner = null, Tables = [Table("shop", "items")], Schemas = [Name("public")] };

        var plan = Plan([both], LiveOfTables with { Tables = [new("shop", "items") { Filtered = true }], Operations = "insert" });

        Assert.Equal(["ALTER PUBLICATION \"feed\" SET (publish = 'delete, insert')"], plan.Sql());
        Assert.Contains("row filters", Assert.Single(plan.Unknowns).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_WithTheTablesIgnored_SetsTheSchemasBesideThem()
    {
        var both = OfTables with { Owner = null, Tables = [Table("shop", "items")], Schemas = [Name("public")] };
        var live = LiveOfTables with { Tables = [new("shop", "orders")] };
        FieldException ignored = new(
            "database/shop/publication/feed.tables",
            FieldTreatment.Ignore,
            "they move it",
            Now.AddDays(1),
            At
        );

        Assert.Equal(
            ["ALTER PUBLICATION \"feed\" SET TABLE \"shop\".\"orders\", TABLES IN SCHEMA \"public\""],
            PlanOf(Document([both]) with { Exceptions = [ignored] }, Snapshot(live)).Sql()
        );
        // And the last schema stays where nothing else is published.
        var listed = Document([OfTables]) with
        {
            Exceptions = [ignored],
        };
        var plan = PlanOf(listed, Snapshot(LiveOfTables with { Tables = [], Schemas = ["public"] }));
        Assert.Empty(plan.Steps);
        Assert.Contains(plan.Changes, c => c.NotActedOn == "nothing would be published any more");
    }

    [Fact]
    public void Plan_OfWhatTheServerWouldRefuse_RefusesIt()
    {
        Assert.Contains("PostgreSQL 15", Refused([OfSchema], 14), StringComparison.Ordinal);
        Assert.Contains("PostgreSQL 15", Refused([OfTables], 14), StringComparison.Ordinal);
        Assert.Contains("has to be a superuser", Refused([OfSchema with { Owner = Name("app") }]), StringComparison.Ordinal);
        Assert.Contains(
            "has to be a superuser",
            Refused([Declared("all") with { AllTables = true, Owner = Name("app") }]),
            StringComparison.Ordinal
        );

        static string Refused(Publication[] publications, int major = 15)
        {
            var plan = PlanOf(Document(publications) with { PostgresMajor = major }, Snapshot());
            Assert.Empty(plan.Sql());
            return string.Join('\n', plan.Refusals.Select(r => r.Message));
        }
    }

    [Fact]
    public void Plan_OfWhatNobodyDeclared_TellsWhatGivesAwayTablesYetToCome()
    {
        var plan = Plan(
            [OfSchema],
            new Live("everything") { Schemas = ["shop"] },
            new Live("all") { AllTables = true },
            new Live("listed") { Tables = [new("shop", "items")] },
            new Live("schemas") { Schemas = ["public", "shop"] }
        );

        Assert.Equal(
            [
                "database/shop/publication/all: for all tables",
                "database/shop/publication/schemas: for all tables in schema public, shop",
            ],
            plan.Changes.Where(c => c.Cause == ChangeCause.Undeclared && c.Key.Field == Field.Undeclared)
                .Select(c => $"{c.Key.Object}: {c.Live!.Display}")
        );
        Assert.Empty(plan.Steps);
    }

    [Fact]
    public void Plan_ThatRemovesARole_KeepsItWhileItOwnsAPublication()
    {
        var plan = PlanOf(Document([]) with { Roles = [] }, Snapshot(LiveOfTables).WithRecord(["role/app"]));

        Assert.DoesNotContain(plan.Sql(), s => s.StartsWith("DROP ROLE", StringComparison.Ordinal));
    }

    [Fact]
    public void Import_OfPublications_GivesADocumentThatChangesNothing()
    {
        var snapshot = Snapshot(
            LiveOfTables,
            new Live("every: thing") { Schemas = ["shop"], Operations = "" },
            new Live("all") { AllTables = true },
            new Live("both") { Schemas = ["shop"], Tables = [new("public", "a.b\"c")] },
            new Live("filtered") { Tables = [new("shop", "items") { Filtered = true }] },
            new Live("empty"),
            new Live("ours") { Tables = [new("pggitops", "inventory")] }
        );
        ImportRequest request = new()
        {
            Cluster = "core",
            Environment = "test",
            AccessUser = "postgres",
            ReplicationUser = "replicator",
            Owner = "team",
            Placements = [new ImportPlacement("core-1", "h1", "10.0.0.1", 5432, "oslo", "oslo-a")],
        };

        var yaml = Assert.IsType<ImportOutcome.Written>(ClusterDocumentWriter.Write(snapshot, request)).Yaml;

        foreach (
            var left in (string[])["filtered, which has row filters", "empty, which publishes nothing", "ours, which publishes"]
        )
            Assert.Contains($"left out: publication {left}", yaml, StringComparison.Ordinal);
        var reading = new FleetReader().Read(
            Trees.Of(
                ("environments/test/clusters/core.yaml", yaml),
                ("environments/test/environment.yaml", EnvironmentDocumentWriter.Write(request))
            )
        );
        Assert.True(reading.Fleet is not null, string.Join('\n', reading.Diagnostics) + "\n" + yaml);
        Assert.Equal(
            ["all", "both", "every: thing", "feed"],
            reading.Fleet.Clusters[0].Databases.Single(d => d.Name == "shop").Publications.Select(p => p.Name)
        );
        var plan = Assert.Single(Planner.Plan(reading.Fleet, Snapshots.Fleet(snapshot), Plans.Options).Clusters);
        Assert.Empty(plan.Refusals);
        Assert.Empty(plan.Changes.Where(c => c.Cause != ChangeCause.Undeclared).Select(c => $"{c.Key}: {c.Live} -> {c.Desired}"));
        Assert.Empty(plan.Steps);
    }

    private static Publication Declared(string name) => new(name, null, false, [], [], [], null, At);

    private static PublishedTable Table(string schema, string table, params string[] columns) =>
        new(Name(schema), table, [.. columns], At);

    private static Cluster Document(Publication[] publications) =>
        Cluster("core-1") with
        {
            Roles = [Role("app")],
            Databases = [Database("shop") with { Schemas = [new Schema("shop", null, At)], Publications = [.. publications] }],
        };

    private static ClusterPlan Plan(Publication[] publications, params Live[] live) =>
        PlanOf(Document(publications), Snapshot(live));

    /// <summary>Every table that the document names is there.</summary>
    private static ClusterPlan PlanOf(Cluster cluster, ClusterSnapshot snapshot) =>
        Plans.Of(
            cluster,
            snapshot with
            {
                Databases =
                [
                    .. snapshot.Databases.Select(d =>
                        d.Contents is Observation<DatabaseFacts>.Seen { Value: var contents }
                            ? Snapshots.Inside(
                                d.Name,
                                contents with
                                {
                                    Acls =
                                    [
                                        .. contents.Acls,
                                        .. cluster
                                            .Databases.SelectMany(b => b.Publications)
                                            .SelectMany(p => p.Tables)
                                            .Select(t => new AclFact("table", t.Schema.Value, t.Table, "app", "app", ["SELECT"])),
                                    ],
                                }
                            )
                            : d
                    ),
                ],
            }
        );

    [Fact]
    public void Plan_OfATableThatIsNotThere_LeavesThePublicationAlone_AndDoesTheRest()
    {
        var plan = Plans.Of(Document([OfTables, OfSchema]), Snapshot());

        Assert.Equal(["CREATE PUBLICATION \"everything\" FOR TABLES IN SCHEMA \"shop\""], plan.Sql());
        Assert.Contains(plan.Changes, c => c.NotActedOn == "table shop.items does not exist yet");
    }

    [Fact]
    public void Plan_OfATableMoreThatIsNotThere_ChangesTheRestOfThePublication()
    {
        var plan = Plans.Of(Document([OfTables with { Operations = ["insert"] }]), Snapshot(LiveOfTables with { Tables = [] }));

        Assert.Equal(["ALTER PUBLICATION \"feed\" SET (publish = 'insert')"], plan.Sql());
    }

    private static ClusterSnapshot Snapshot(params Live[] live)
    {
        var facts = Snapshots.Primary() with
        {
            Roles = [.. Snapshots.Primary().Roles, Snapshots.Role("app")],
            Databases = [Snapshots.Database("postgres", "postgres"), Snapshots.Database("shop", "postgres")],
        };
        var contents = Snapshots.Contents() with
        {
            Schemas = [.. Snapshots.Contents().Schemas, new SchemaFact("shop", "postgres")],
            Catalog = [.. live.Select(l => l.Row)],
        };
        return Snapshots.Cluster(Snapshots.Seen("core-1", facts)) with { Databases = [Snapshots.Inside("shop", contents)] };
    }
}
