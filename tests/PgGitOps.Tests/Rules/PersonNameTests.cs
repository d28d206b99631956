using PgGitOps.Core.Policies;

namespace PgGitOps.Tests.Rules;

[Trait("Requirement", "R-16")]
public sealed class PersonNameTests
{
    [Theory]
    [InlineData("me", "me.")]
    [InlineData("me", "ME")]
    [InlineData("me", " me ")]
    [InlineData("me", "m.e")]
    [InlineData("team-a", "team_a")]
    [InlineData("team-a", "Team A")]
    [InlineData("ole", "0le")]
    [InlineData("bill", "bi1l")]
    [InlineData("bill", "BILL")]
    [InlineData("mary", "rnary")]
    [InlineData("ope", "\u043E\u0440\u0435")]
    [InlineData("ope", "\u039F\u03A1\u0415")]
    [InlineData("rene", "ren\u00E9")]
    [InlineData("soren", "s\u00F8ren")]
    public void TwoNamesThatLookAlike_AreOne(string owner, string approver) => Assert.True(PersonName.LookAlike(owner, approver));

    [Theory]
    [InlineData("me\u200B")]
    [InlineData("m\u0435")]
    [InlineData("\uFF4D\uFF45")]
    [InlineData("\U0001D426\U0001D41E")]
    [InlineData("m\u0301e")]
    [InlineData("me\u00AD")]
    [InlineData("me\u3164")]
    [InlineData("me\u202E")]
    [InlineData("me\u00A0")]
    [InlineData("me\uFE0F")]
    [InlineData("\u24DC\u24D4")]
    [InlineData("me\t")]
    [InlineData("-")]
    [InlineData("me\U000E0041")]
    public void ANameWithCharactersThatCannotBeSeenOrToldApart_IsAtFault(string name) => Assert.NotNull(PersonName.Fault(name));

    [Theory]
    [InlineData("team-databases")]
    [InlineData("Kåre Ødegård")]
    [InlineData("o'brien@example.org")]
    [InlineData("\u0418\u0432\u0430\u043D \u041F\u0435\u0442\u0440\u043E\u0432")]
    [InlineData("\u6771\u4EAC")]
    public void ANameOfOneScript_IsNot(string name) => Assert.Null(PersonName.Fault(name));

    [Theory]
    [InlineData("team-a", "team-b")]
    [InlineData("dba", "dba-lead")]
    [InlineData("me", "you")]
    public void OtherNames_AreOthers(string owner, string approver) => Assert.False(PersonName.LookAlike(owner, approver));
}
