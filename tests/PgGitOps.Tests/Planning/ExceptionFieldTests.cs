using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Sources;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>An exception that names nothing there can be is refused with its place; one that may name something is not.</summary>
public class ExceptionFieldTests
{
    [Theory]
    [InlineData("role/app")]
    [InlineData("role/app.login")]
    [InlineData("role/app login")]
    [InlineData("role/stranger")]
    [InlineData("role/stranger.superuser")]
    [InlineData("role/legacy*")]
    [InlineData("ro*")]
    [InlineData("*")]
    [InlineData("parameter/work_mem")]
    [InlineData("parameter/work_mem.value")]
    [InlineData("parameter/work_mem.configured")]
    [InlineData("member/core-1/parameter/work_mem")]
    [InlineData("member/core-1.running")]
    [InlineData("parameter/pg_stat_statements.max")]
    [InlineData("parameter/pg_stat_statements.max.value")]
    [InlineData("role/first.last")]
    [InlineData("role/first.last.login")]
    [InlineData("role/dotted.logn")]
    [InlineData("database/shop.owner")]
    [InlineData("database/shop/schema/app.owner")]
    [InlineData("database/shop/publication/feed.tables")]
    [InlineData("database/shop/grant/table/app/orders/reader.privileges")]
    [InlineData("accessList.lines")]
    [InlineData("slot/old.inactive")]
    public void Check_OfWhatThereCanBe_FindsNothing(string field) => Assert.Empty(Found(field));

    [Theory]
    [InlineData(
        "role/app.logn",
        "unknown field of role/app 'logn' (did you mean 'login'?)",
        "expected: bypassRls, connectionLimit"
    )]
    [InlineData("role/app.colour", "unknown field of role/app 'colour'", "expected: bypassRls, connectionLimit")]
    [InlineData("role/stranger.superusr", "unknown field of role/stranger 'superusr' (did you mean 'superuser'?)", "expected: ")]
    [InlineData("role/stranger colour", "unknown field of role/stranger 'colour'", "expected: ")]
    [InlineData("parameter/work_mem.valeu", "unknown field of parameter/work_mem 'valeu' (did you mean 'value'?)", "expected: ")]
    [InlineData(
        "database/shop/schema/app.ownr",
        "unknown field of database/shop/schema/app 'ownr' (did you mean 'owner'?)",
        "expected: "
    )]
    [InlineData("rol/app", "unknown object 'rol/app' (did you mean 'role/app'?)", "write it as drift prints it")]
    [InlineData(
        "roles/app.login",
        "unknown object 'roles/app.login' (did you mean 'role/app.login'?)",
        "write it as drift prints it"
    )]
    [InlineData("work_mem", "unknown object 'work_mem'", "write it as drift prints it")]
    [InlineData("rolle/*", "unknown object 'rolle/*' (did you mean 'role/*'?)", "expected: ")]
    public void Check_OfWhatThereCannotBe_NamesItWithItsPlaceAndWhatIsExpected(string field, string message, string hint)
    {
        var found = Assert.Single(Found(field));

        Assert.Equal((ReferenceRules.UnknownField.Id, Severity.Error, At), (found.RuleId, found.Severity, found.Span));
        Assert.Equal(message, found.Message);
        Assert.StartsWith(hint, found.Hint, StringComparison.Ordinal);
    }

    private static EquatableArray<Diagnostic> Found(string field) =>
        ExceptionFields.Check([
            Cluster("core-1") with
            {
                Parameters = [Setting("work_mem", "8MB")],
                Roles = [Role("app", "login"), Role("dotted.logn")],
                Databases = [Database("shop", "app") with { Schemas = [new Schema("app", null, At)] }],
                Exceptions = [new FieldException(field, FieldTreatment.Observe, "because", null, At)],
            },
        ]);
}
