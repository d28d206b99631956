using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Tests.Planning;

public class SqlQuotingTests
{
    [Theory]
    [InlineData("app", "\"app\"")]
    [InlineData("a\"; DROP ROLE x; --", "\"a\"\"; DROP ROLE x; --\"")]
    [InlineData("back\\slash", "\"back\\slash\"")]
    [InlineData("Ærlig 名", "\"Ærlig 名\"")]
    public void Identifier_OfAnyName_CannotBeLeft(string name, string quoted) => Assert.Equal(quoted, SqlIdentifier.Quote(name));

    [Theory]
    [InlineData("it's", "'it''s'")]
    [InlineData("a\\' OR 1", " E'a\\\\'' OR 1'")]
    [InlineData("", "''")]
    public void Literal_OfAnyText_CannotBeLeft(string text, string quoted) => Assert.Equal(quoted, SqlLiteral.Quote(text));

    [Theory]
    [InlineData("")]
    [InlineData("nul\0")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    [InlineData("ææææææææææææææææææææææææææææææææ")]
    public void Identifier_ThatPostgreSqlWouldChange_IsRefused(string name)
    {
        Assert.NotNull(SqlIdentifier.Problem(name));
        Assert.Throws<ArgumentException>(() => SqlIdentifier.Quote(name));
    }

    [Fact]
    public void Identifier_Of63Bytes_IsTheLongest() => Assert.Null(SqlIdentifier.Problem(new string('a', 63)));

    [Fact]
    public void Literal_ThatPostgreSqlCannotHold_IsRefused()
    {
        // Built here: a lone surrogate does not survive on its way through test discovery.
        foreach (var text in (string[])["nul\0", new string((char)0xDFFF, 1), "a" + (char)0xD800])
        {
            Assert.Throws<ArgumentException>(() => SqlLiteral.Quote(text));
            Assert.NotNull(SqlIdentifier.Problem(text));
        }
    }

    [Fact]
    public void Plan_WithANameThatPostgreSqlWouldCut_RefusesItInsteadOfMakingAnotherRole()
    {
        var cluster = Builders.Fleets.Cluster("core-1") with { Roles = [Builders.Fleets.Role(new string('r', 64))] };

        var plan = Builders.Plans.Of(
            cluster,
            Builders.Snapshots.Cluster(Builders.Snapshots.Seen("core-1", Builders.Snapshots.Primary()))
        );

        Assert.Empty(plan.Steps);
        Assert.Contains(plan.Refusals, r => r.RuleId == PlanRule.BadName);
    }
}
