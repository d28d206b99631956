using FsCheck;
using FsCheck.Fluent;
using PgGitOps.Core.Desired;

namespace PgGitOps.Tests;

public sealed class ScramVerifierTests
{
    private static readonly byte[] Salt = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

    // RFC 7677, section 3: user "user", password "pencil", this salt and 4096 rounds. The proofs of its dialogue follow
    // from these two keys; the text is what PostgreSQL 15 stores for them.
    [Fact]
    public void Make_TheExampleOfTheStandard_GivesItsKeys()
    {
        var verifier = ScramVerifier.Make("pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="));
        Assert.Equal(
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
            verifier.Text
        );
    }

    [Fact]
    public void Matches_OnlyThePasswordItWasMadeFrom() =>
        Prop.ForAll<NonEmptyString, NonEmptyString>(
                (one, other) =>
                {
                    var (a, b) = ("x" + Typable(one.Get), "x" + Typable(other.Get));
                    var verifier = ScramVerifier.Parse(ScramVerifier.Make(a, Salt, 2).Text)!;
                    return verifier.Matches(a)
                        && verifier.Matches(b) == ScramPassword.Prepare(a).AsSpan().SequenceEqual(ScramPassword.Prepare(b));
                }
            )
            .QuickCheckThrowOnFailure();

    private static string Typable(string text) => new([.. text.Where(c => ScramPassword.Problem($"{c}") is null)]);

    [Theory]
    [InlineData("")]
    [InlineData("md5d4ae5b1a6a1b2c3d4e5f60718293a4b5")]
    [InlineData("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=")]
    [InlineData(
        "SCRAM-SHA-256$0:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )]
    [InlineData(
        "SCRAM-SHA-256$2000000000:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )]
    [InlineData(
        "SCRAM-SHA-256$4096:***$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )]
    [InlineData("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$AAAA:AAAA")]
    public void Parse_AnythingElse_IsNull(string text) => Assert.Null(ScramVerifier.Parse(text));

    // The examples of RFC 4013, section 3, and what PostgreSQL does with them: a refused text is taken raw.
    [Theory]
    [InlineData("I\u00ADX", "IX")]
    [InlineData("user", "user")]
    [InlineData("USER", "USER")]
    [InlineData("\u0007", "\u0007")]
    [InlineData("\u00AD", "\u00AD")]
    [InlineData("a\u00A0b", "a b")]
    [InlineData("é\u0007", "é\u0007")]
    [InlineData("blåbærgrød-Жы-日本-한글€", "blåbærgrød-Жы-日本-한글€")]
    public void Prepare_FollowsTheProfile(string password, string prepared) =>
        Assert.Equal(prepared, System.Text.Encoding.UTF8.GetString(ScramPassword.Prepare(password)));

    // NFKC would change the first three, and the fourth breaks the rule for mixed directions.
    [Theory]
    [InlineData("\u00AA")]
    [InlineData("\u2168")]
    [InlineData("e\u0301")]
    [InlineData("\u0627\u0031")]
    [InlineData("")]
    [InlineData("a\0b")]
    public void Problem_WhatCannotBePreparedExactly_IsRefused(string password)
    {
        Assert.NotNull(ScramPassword.Problem(password));
        Assert.Throws<ArgumentException>(() => ScramPassword.Prepare(password));
    }

    [Fact]
    public void Text_NeverLeaksByToString() => Assert.Equal("(verifier)", ScramVerifier.Make("pencil", Salt, 2).ToString());
}
