using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>What the engine made and Git gave up is told as its removal, which may wait for consent; it is no danger that nobody declared.</summary>
public class GivenUpTests
{
    private static readonly ServerFacts Server = Snapshots.Primary() with
    {
        Roles = [Snapshots.Role("boss") with { Superuser = true }],
        Slots = [new("old", "physical", false, null, "lost")],
        ScopedSettings = [new ScopedSettingFact(null, "boss", "row_security", "off")],
    };

    [Theory]
    [InlineData("role/boss")]
    [InlineData("member/core-1/slot/old")]
    public void Plan_OfAnObjectOfOurs_TellsItsRemovalAlone(string made)
    {
        var path = ObjectPath.Parse(made);

        Assert.NotEmpty(About(path, ChangeCause.Undeclared));
        Assert.Empty(About(path, ChangeCause.Undeclared, made));
        Assert.Equal([Field.Exists], About(path, ChangeCause.Intent, made).Select(c => c.Key.Field));
    }

    [Fact]
    public void Plan_OfAnotherObject_StillTellsItsDangers() =>
        Assert.NotEmpty(About(ObjectPath.Parse("role/boss"), ChangeCause.Undeclared, "member/core-1/slot/old"));

    private static Change[] About(ObjectPath path, ChangeCause cause, params string[] record) =>
        [
            .. Plans
                .Of(Cluster("core-1"), Snapshots.Cluster(Snapshots.Seen("core-1", Server)).WithRecord(record))
                .Changes.Where(c => (c.Key.Object == path || c.Key.Object.IsWithin(path)) && c.Cause == cause),
        ];
}
