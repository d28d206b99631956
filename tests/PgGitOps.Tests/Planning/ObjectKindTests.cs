using System.Text.Json;
using System.Text.RegularExpressions;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Kinds;
using PgGitOps.Tests.Builders;
using PgGitOps.Tests.Desired;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

public class ObjectKindTests
{
    /// <summary>What a document cannot declare: seen and reported, or noted in a record.</summary>
    private static readonly Type[] Unmanaged =
    [
        typeof(ObjectPath.Standby),
        typeof(ObjectPath.RoleSettingInDatabase),
        typeof(ObjectPath.EveryRoleSetting),
        typeof(ObjectPath.Approval),
        typeof(ObjectPath.Unknown),
    ];

    [Fact]
    public void Kinds_AreOneForEveryObjectThatADocumentCanDeclare()
    {
        var cases = typeof(ObjectPath).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(ObjectPath))).ToHashSet();

        Assert.Equal(
            cases.Except(Unmanaged).Select(c => c.Name).Order(StringComparer.Ordinal),
            ObjectKinds.All.Select(k => k.Case.Name).Order(StringComparer.Ordinal)
        );
        var kinds = typeof(ObjectKind).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(ObjectKind)) && !t.IsAbstract);
        Assert.Equal(
            kinds.Select(k => k.Name).Order(StringComparer.Ordinal),
            ObjectKinds.All.Select(k => k.GetType().Name).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("role/app", true)]
    [InlineData("database/d/grant/schema/s/r", true)]
    [InlineData("member/m/standby/s", false)]
    [InlineData("role/r/setting/s/in/d", false)]
    [InlineData("role/*/setting/s", false)]
    [InlineData("approval/a", false)]
    [InlineData("publication/feed", false)]
    [InlineData("database/d/publication/feed", true)]
    [InlineData("role/d/publication/feed", false)]
    public void Find_OfAnObject_AgreesWithWhetherItIsManaged(string text, bool managed)
    {
        var path = ObjectText.Parse(text);

        Assert.Equal(managed, ObjectKinds.Find(path) is not null);
        Assert.Equal(managed, path.IsManaged);
    }

    [Theory]
    [InlineData("database/shop/setting/work_mem")]
    [InlineData("role/app/memberOf/postgres")]
    [InlineData("member/core-1/parameter/work_mem")]
    public void Plan_WithAnInventoryRowThatIsNoObjectToRemove_SaysSoAndDoesTheRest(string odd)
    {
        var facts = Snapshots.Primary() with
        {
            Roles = [.. Snapshots.Server(false).Roles, Snapshots.Role("app")],
            Memberships = [new("postgres", "app", false)],
            Databases = [Snapshots.Database("postgres", "postgres"), Snapshots.Database("shop", "postgres")],
            ScopedSettings = [new("shop", null, "work_mem", "1MB")],
        };

        var plan = Plans.Of(
            Cluster("core-1") with
            {
                Roles = [Role("more")],
            },
            Snapshots.Cluster(Snapshots.Seen("core-1", facts)).WithRecord([odd])
        );

        Assert.Equal(["core/role/more/create"], plan.Ids());
        Assert.DoesNotContain(plan.Changes, c => c.Key.Object == ObjectText.Parse(odd) && c.NotActedOn is null);
    }

    [Fact]
    public void Ranks_OfKinds_AreDistinct() =>
        Assert.Equal(ObjectKinds.All.Count, ObjectKinds.All.Select(k => k.Rank).Distinct().Count());

    [Fact]
    public void Kinds_ThatAreDraftedOrImportedWithAnother_AreSoWithOneThatDoesItItself()
    {
        var byType = ObjectKinds.All.ToDictionary(k => k.GetType());

        Assert.All(
            ObjectKinds.All.Select(k => k.Drafting).OfType<Drafting.WithOther>(),
            d => Assert.IsNotType<Drafting.WithOther>(byType[d.Kind].Drafting, exactMatch: false)
        );
        Assert.All(
            ObjectKinds.All.Select(k => k.Import).OfType<Import.WithOther>(),
            i => Assert.IsType<Import.InCluster>(byType[i.Kind].Import)
        );
    }

    /// <summary>Which objects an approval may name stands in the schema, that users get to see; which the engine asks about, in the kinds.</summary>
    [Fact]
    public void Kinds_ThatAreMadeAnewByApprovalOnly_AreThoseThatTheSchemaLetsAnApprovalName()
    {
        Assert.Equal(
            ["database", "schema", "server"],
            ObjectKinds.All.Where(k => k.Recreation == Recreation.ByApproval).Select(k => k.Words.Noun).Order()
        );
        using var schema = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Trees.ProjectDirectory, "schemas", "approval.schema.json"))
        );
        var pattern = Recreates(schema.RootElement).Single();
        string[] objects =
        [
            "member/a",
            "member/a/slot/b",
            "member/a/parameter/work_mem",
            "role/r",
            "role/r/memberOf/s",
            "database/d",
            "database/d/schema/s",
            "database/d/extension/e",
            "database/d/publication/p",
        ];
        Assert.All(
            objects,
            o =>
                Assert.Equal(
                    ObjectKinds.Find(ObjectText.Parse(o))!.Recreation == Recreation.ByApproval,
                    Regex.IsMatch(o, pattern)
                )
        );

        static IEnumerable<string> Recreates(JsonElement at) =>
            at.ValueKind != JsonValueKind.Object
                ? []
                : at.EnumerateObject()
                    .SelectMany(p =>
                        p.Name == "recreate" && p.Value.TryGetProperty("pattern", out var pattern) ? [pattern.GetString()!]
                        : p.Value.ValueKind == JsonValueKind.Array ? p.Value.EnumerateArray().SelectMany(Recreates)
                        : Recreates(p.Value)
                    );
    }

    [Fact]
    public void Label_OfAField_LeavesOutWhatTheObjectSaysAlready() =>
        Assert.Equal(
            [
                "role/app",
                "role/app login",
                "member/a/parameter/work_mem",
                "member/a/parameter/work_mem (in the file)",
                "role/*/setting/x",
            ],
            new[]
            {
                new FacetKey("c", new ObjectPath.Role("app"), Field.Exists),
                new FacetKey("c", new ObjectPath.Role("app"), Field.Login),
                new FacetKey("c", new ObjectPath.Parameter("a", "work_mem"), Field.Value),
                new FacetKey("c", new ObjectPath.Parameter("a", "work_mem"), Field.Configured),
                new FacetKey("c", new ObjectPath.EveryRoleSetting("x"), Field.Value),
            }.Select(PgGitOps.Core.Reporting.Plans.PlanWords.Label)
        );
}
