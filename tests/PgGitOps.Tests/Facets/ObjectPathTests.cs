using System.Reflection;
using PgGitOps.Core.Facets;

namespace PgGitOps.Tests.Facets;

public class ObjectPathTests
{
    private static readonly string[] Names =
    [
        "app",
        "",
        "a/b",
        "/",
        "100%",
        "%",
        "%2F",
        "%252F",
        "%2A",
        "*",
        "**",
        "a\nb",
        "in",
        "setting",
        "member",
        "Groß",
        "ü%2fx",
        "public",
        "role/x/setting/y",
        new string('n', 5_000),
    ];

    public static TheoryData<string> Cases =>
        [
            .. typeof(ObjectPath)
                .GetNestedTypes(BindingFlags.Public)
                .Where(t => t.IsSubclassOf(typeof(ObjectPath)))
                .Select(t => t.Name)
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Parse_OfEveryCaseWithEveryName_GivesTheSameObject(string kind)
    {
        foreach (var (path, _) in All().Where(p => p.Path.GetType().Name == kind))
        {
            var read = ObjectPath.Parse(path.ToString());

            Assert.Equal(path.GetType(), read.GetType());
            Assert.Equal(path, read);
            Assert.Equal(path.GetHashCode(), read.GetHashCode());
            Assert.Equal(Properties(path), Properties(read));
            Assert.Equal(path.Parent, read.Parent);
            Assert.Equal(path is ObjectPath.Unknown ? null : read, ObjectPath.TryParse(path.ToString()));
        }
        Assert.Contains(All(), p => p.Path.GetType().Name == kind);
    }

    [Fact]
    public void Text_OfTwoObjects_IsNeverTheSame()
    {
        var all = All().DistinctBy(p => p.Identity).ToArray();

        Assert.Equal(all.Length, all.Select(p => p.Path.ToString()).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Text_IsWhatRecordsAndPlanFilesHold()
    {
        (ObjectPath Path, string Text)[] spelled =
        [
            (new ObjectPath.Member("m-1"), "member/m-1"),
            (new ObjectPath.Parameter("m/1", "Work_Mem"), "member/m%2F1/parameter/work_mem"),
            (new ObjectPath.Slot("m", "s"), "member/m/slot/s"),
            (new ObjectPath.AccessList("m"), "member/m/accessList"),
            (new ObjectPath.Standby("m", "s%"), "member/m/standby/s%25"),
            (new ObjectPath.Role("*"), "role/*"),
            (new ObjectPath.Membership("r", "g"), "role/r/memberOf/g"),
            (new ObjectPath.RoleSetting("r", "Search_Path"), "role/r/setting/search_path"),
            (new ObjectPath.RoleSettingInDatabase("r", "s", "d/1"), "role/r/setting/s/in/d%2F1"),
            (new ObjectPath.EveryRoleSetting("s"), "role/*/setting/s"),
            (new ObjectPath.Database("d"), "database/d"),
            (new ObjectPath.DatabaseSetting("d", "s"), "database/d/setting/s"),
            (new ObjectPath.Schema("d", "*"), "database/d/schema/*"),
            (new ObjectPath.Extension("d", "e"), "database/d/extension/e"),
            (new ObjectPath.Grant("d", GrantTarget.Database, null, null, Everyone.Name), "database/d/grant/database/PUBLIC"),
            (new ObjectPath.Grant("d", GrantTarget.Database, null, null, "PUBLIC"), "database/d/grant/database/%50UBLIC"),
            (new ObjectPath.Grant("d", GrantTarget.Database, null, null, "Public"), "database/d/grant/database/Public"),
            (new ObjectPath.Grant("d", GrantTarget.AllTables, "s", null, "r"), "database/d/grant/allTables/s/r"),
            (new ObjectPath.Grant("d", GrantTarget.Table, "s", "t", "r"), "database/d/grant/table/s/t/r"),
            (
                new ObjectPath.DefaultPrivilege("d", "o", null, DefaultPrivilegeTarget.Tables, "r"),
                "database/d/defaultPrivilege/o/*/tables/r"
            ),
            (
                new ObjectPath.DefaultPrivilege("d", "o", "*", DefaultPrivilegeTarget.Types, "r"),
                "database/d/defaultPrivilege/o/%2A/types/r"
            ),
            (new ObjectPath.Approval("a/b"), "approval/a%2Fb"),
        ];

        Assert.All(spelled, s => Assert.Equal(s.Text, s.Path.ToString()));
        Assert.Equal(Cases.Count - 1, spelled.Select(s => s.Path.GetType()).Distinct().Count());
    }

    [Theory]
    [InlineData("publication/feed", null)]
    [InlineData("", null)]
    [InlineData("database", null)]
    [InlineData("role/a/b/c/d", "role/a")]
    [InlineData("database/a/grant/x", "database/a")]
    [InlineData("database/a/grant/allPotatoes/s/r", "database/a")]
    [InlineData("database/a/publication/feed", "database/a")]
    [InlineData("database/a/defaultPrivilege/r/*/potatoes/x", "database/a")]
    // Spelled otherwise than we would: a second name of one object.
    [InlineData("member/m/parameter/Work_Mem", "member/m")]
    [InlineData("role/a%zz", null)]
    [InlineData("member/a%b/slot/x", null)]
    public void Parse_OfATextThatNoVersionOfOursWrites_KeepsItAndKnowsWhereItLies(string text, string? within)
    {
        var path = Assert.IsType<ObjectPath.Unknown>(ObjectPath.Parse(text));

        Assert.Equal(text, path.ToString());
        Assert.Null(ObjectPath.TryParse(text));
        Assert.Equal(within, path.Parent?.ToString());
        Assert.False(path.IsManaged);
    }

    [Fact]
    public void IsWithin_HoldsAtEveryDepth_AndNotForANameThatMerelyBeginsTheSame()
    {
        var deep = new ObjectPath.RoleSettingInDatabase("app", "work_mem", "d");

        Assert.True(deep.IsWithin(new ObjectPath.RoleSetting("app", "work_mem")));
        Assert.True(deep.IsWithin(new ObjectPath.Role("app")));
        Assert.True(ObjectPath.Parse("database/d/publication/feed").IsWithin(new ObjectPath.Database("d")));
        Assert.False(new ObjectPath.Schema("db", "s").IsWithin(new ObjectPath.Database("d")));
        Assert.False(new ObjectPath.Role("app").IsWithin(new ObjectPath.Role("app")));
    }

    [Fact]
    public void Order_IsThatOfTheTexts()
    {
        var paths = All().Select(p => p.Path).ToArray();

        Assert.Equal(paths.Select(p => p.ToString()).Order(StringComparer.Ordinal), paths.Order().Select(p => p.ToString()));
    }

    [Fact]
    public void Field_OfEveryName_IsOneInstance()
    {
        Assert.All(Field.All, f => Assert.Same(f, Field.Parse(f.ToString())));
        Assert.Equal(Field.Parse("database/d"), Field.UsedFor("database/d"));
    }

    private static string Properties(ObjectPath path) =>
        string.Join(
            '\n',
            path.GetType()
                .GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Select(p => $"{p.Name}={p.GetValue(path) ?? "null"}")
        );

    /// <summary>Every case over every name, each with what makes it that object: told apart by it, never by its text.</summary>
    private static IEnumerable<(ObjectPath Path, string Identity)> All()
    {
        foreach (
            var kind in typeof(ObjectPath)
                .GetNestedTypes(BindingFlags.Public)
                .Where(t => t.IsSubclassOf(typeof(ObjectPath)) && t != typeof(ObjectPath.Unknown))
        )
        {
            var constructor = kind.GetConstructors().Single();
            var parameters = constructor.GetParameters();
            for (var i = 0; i < Names.Length; i++)
            {
                for (var shift = 0; shift < 3; shift++)
                {
                    var taken = 0;
                    object?[] values =
                    [
                        .. parameters.Select(p =>
                            p.ParameterType.IsEnum
                                ? Enum.GetValues(p.ParameterType).GetValue((i + shift) % 5)
                                : (object)Names[(i + shift * taken++) % Names.Length]
                        ),
                    ];
                    yield return Made(values);
                    // Grants and default privileges without a schema, or without a name.
                    foreach (
                        var absent in parameters.Where(p =>
                            p.Name is "schema" || (p.Name is "name" && parameters.Any(q => q.Name is "schema"))
                        )
                    )
                    {
                        var without = values.ToArray();
                        without[absent.Position] = null;
                        if (absent.Name is "schema" && kind == typeof(ObjectPath.Grant))
                            without[absent.Position + 1] = null;
                        if (kind != typeof(ObjectPath.Schema))
                            yield return Made(without);
                    }
                }
            }

            (ObjectPath, string) Made(object?[] values)
            {
                var path = (ObjectPath)constructor.Invoke(values);
                return (path, $"{kind.Name}\n{Properties(path)}");
            }
        }
        foreach (var text in (string[])["publication/feed", "", "database/d/publication/f", "role/%zz"])
            yield return (ObjectPath.Parse(text), "Unknown\n" + text);
    }
}
