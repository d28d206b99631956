using PgGitOps.Providers.Postgres.Probing;

namespace PgGitOps.Tests.Lineage;

/// <summary>Where the WAL of a stopped server ends, by what pg_waldump says of it.</summary>
public sealed class WalEndTests
{
    private const long Segment = 16 * 1024 * 1024;

    [Theory]
    // After a proper stop, and after a crash between two records.
    [InlineData(
        "pg_waldump: error: error in WAL record at 0/342BAA0: invalid record length at 0/342BB18: wanted 24, got 0",
        "0/342BB18"
    )]
    // After a crash in the middle of a record: the page that it would go on in was never written.
    [InlineData(
        "pg_waldump: error: error in WAL record at 0/7E4F6D8: invalid magic number 0000 in log segment 000000010000000000000007, offset 15007744",
        "0/7E50000"
    )]
    [InlineData(
        "pg_waldump: error: error in WAL record at 0/7E4F6D8: invalid magic number 0000 in WAL segment 000000010000000000000007, LSN 0/7E50000, offset 15007744",
        "0/7E50000"
    )]
    // A segment that is kept for later holds the pages of an earlier one.
    [InlineData(
        "pg_waldump: error: error in WAL record at 5/FFFFF0: unexpected pageaddr 4/E0000000 in log segment 000000030000000500000001, offset 0",
        "5/1000000"
    )]
    // There is no further file.
    [InlineData("pg_waldump: error: could not find file \"00000001000000020000000A\": No such file or directory", "2/A000000")]
    [InlineData(
        "pg_waldump: error: error in WAL record at 0/1000028: record with incorrect prev-link 0/2000028 at 0/1000060",
        "0/1000060"
    )]
    // Nothing of a position.
    [InlineData("pg_waldump: error: could not open directory \"pg_wal\": Permission denied", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Of_WhenReadingEnded_SaysHowFarBytesWereWritten(string? words, string? end) =>
        Assert.Equal(end, WalEnd.Of(words, Segment)?.ToString());

    [Fact]
    public void Of_WhenSegmentsHaveAnotherSize_CountsInThat() =>
        Assert.Equal(
            "0/3002000",
            WalEnd
                .Of(
                    "error in WAL record at 0/3001FF0: invalid magic number 0000 in log segment 000000010000000000000030, offset 8192",
                    1024 * 1024
                )
                ?.ToString()
        );
}
