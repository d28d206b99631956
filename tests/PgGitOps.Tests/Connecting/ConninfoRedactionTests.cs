using PgGitOps.Providers.Postgres.Observing;

namespace PgGitOps.Tests.Connecting;

public sealed class ConninfoRedactionTests
{
    [Theory]
    [InlineData("host=a password=s3cret port=1", "host=a password=(redacted) port=1")]
    [InlineData("host=a password = 's3 cr\\'et' port=1", "host=a password = (redacted) port=1")]
    [InlineData("password='s3cret unclosed", "password=(redacted)")]
    [InlineData("sslpassword=s3cret PASSWORD=s3cret", "sslpassword=(redacted) PASSWORD=(redacted)")]
    [InlineData("password=s3\\ cret user=u", "password=(redacted) user=u")]
    [InlineData(
        "postgresql://u:s3cret@a:5432/d?sslpassword=s3cret&application_name=x",
        "postgresql://u:(redacted)@a:5432/d?sslpassword=(redacted)&application_name=x"
    )]
    [InlineData("postgres://u@a/d", "postgres://u@a/d")]
    [InlineData("user=u passfile=/x/.pgpass", "user=u passfile=/x/.pgpass")]
    public void Redact_TakesEverySecretOutAndNothingElse(string conninfo, string expected) =>
        Assert.Equal(expected, ConninfoRedaction.Redact(conninfo));

    [Fact]
    public void Apply_LeavesOtherSettingsAlone() =>
        Assert.Equal("password=x", ConninfoRedaction.Apply("log_line_prefix", "password=x"));

    /// <summary>Nobody knows where in a command a key stands.</summary>
    [Theory]
    [InlineData("restore_command", "AWS_SECRET_ACCESS_KEY=k fetch %f %p", "(redacted)")]
    [InlineData("Archive_Command", "store --key k %p", "(redacted)")]
    [InlineData("restore_command", "", "")]
    public void Apply_ToACommandOfAnArchive_LeavesNothingOfIt(string name, string value, string expected) =>
        Assert.Equal(expected, ConninfoRedaction.Apply(name, value));
}
