using PgGitOps.Core.Settings;

namespace PgGitOps.Tests.Settings;

public sealed class SecretSettingsTests
{
    [Theory]
    [InlineData("host=a password=s3cret port=1", "host=a password=(redacted) port=1")]
    [InlineData("host=a password = 's3 cr\\'et' port=1", "host=a password = (redacted) port=1")]
    [InlineData("password='s3cret unclosed", "password=(redacted)")]
    [InlineData("sslpassword=s3cret PASSWORD=s3cret", "sslpassword=(redacted) PASSWORD=(redacted)")]
    [InlineData("password=s3\\ cret user=u", "password=(redacted) user=u")]
    [InlineData(
        "oauth_client_secret=s3cret scram_client_key=s3cret",
        "oauth_client_secret=(redacted) scram_client_key=(redacted)"
    )]
    [InlineData(
        "postgresql://u:s3cret@a:5432/d?sslpassword=s3cret&application_name=x",
        "postgresql://u:(redacted)@a:5432/d?sslpassword=(redacted)&application_name=x"
    )]
    [InlineData("postgres://u@a/d", "postgres://u@a/d")]
    [InlineData("user=u passfile=/x/.pgpass", "user=u passfile=/x/.pgpass")]
    public void RedactConninfo_TakesEverySecretOutAndNothingElse(string conninfo, string expected) =>
        Assert.Equal(expected, SecretSettings.RedactConninfo(conninfo));

    [Theory]
    [InlineData("archive_command", null, true)]
    [InlineData("Restore_Command", "string", true)]
    [InlineData("ssl_passphrase_command", "string", true)]
    [InlineData("archive_cleanup_command", null, true)]
    [InlineData("recovery_end_command", null, true)]
    [InlineData("primary_conninfo", "string", true)]
    [InlineData("app.api_key", null, true)]
    [InlineData("app.api_key", "string", true)]
    [InlineData("pgsodium.getkey_script", "string", true)]
    [InlineData("basebackup_to_shell.command", "string", true)]
    [InlineData("somebody.workers", "integer", false)]
    [InlineData("ssl_passphrase_command_supports_reload", "bool", false)]
    [InlineData("log_line_prefix", "string", false)]
    [InlineData("pg_stat_statements.track", null, false)]
    [InlineData("PGAudit.log", null, false)]
    public void Bears_KnowsWhereASecretMayStand(string name, string? type, bool expected) =>
        Assert.Equal(expected, SecretSettings.Bears(name, type));

    [Fact]
    public void Redact_KeepsValuesComparable()
    {
        var one = SecretSettings.Redact("app.key", "string", "one");
        Assert.Equal(one, SecretSettings.Redact("APP.key", null, "one"));
        Assert.NotEqual(one, SecretSettings.Redact("app.key", "string", "two"));
        Assert.NotEqual(one, SecretSettings.Redact("app.other", "string", "one"));
        Assert.True(SecretSettings.IsRedacted(one));
        Assert.Equal(one, SecretSettings.Redact("app.key", "string", one));
        Assert.Equal("", SecretSettings.Redact("app.key", "string", ""));
        Assert.Equal("8", SecretSettings.Redact("app.key", "integer", "8"));
    }

    [Theory]
    [InlineData("parameter \"app.key\" changed to \"s3\"cret\"", "parameter \"app.key\" changed to \"(redacted)\"")]
    [InlineData("invalid value for parameter \"app.key\": \"s3cret\"", "invalid value for parameter \"app.key\": \"(redacted)\"")]
    [InlineData("invalid value for parameter \"work_mem\": \"1 zB\"", "invalid value for parameter \"work_mem\": \"1 zB\"")]
    [InlineData("DETAIL:  The failed archive command was: KEY=s3cret cp", "DETAIL:  The failed archive command was: (redacted)")]
    [InlineData("recovery_end_command \"rm s3cret\": child process exited", "recovery_end_command \"(redacted)")]
    [InlineData("connection to \"host=a password=s3cret\" failed", "connection to \"host=a password=(redacted) failed")]
    public void RedactMessage_TakesOutWhatTheServerQuotes(string message, string expected) =>
        Assert.Equal(expected, SecretSettings.RedactMessage(message));

    [Theory]
    [InlineData("ALTER ROLE \"a\" SET \"app\".\"key\" = 's3''cret'", "ALTER ROLE \"a\" SET \"app\".\"key\" = '(redacted)'")]
    [InlineData(
        "ALTER SYSTEM SET \"ssl_passphrase_command\" = 's3cret'",
        "ALTER SYSTEM SET \"ssl_passphrase_command\" = '(redacted)'"
    )]
    [InlineData("ALTER SYSTEM SET \"work_mem\" = '4MB'", "ALTER SYSTEM SET \"work_mem\" = '4MB'")]
    public void RedactStatement_TakesOutWhatIsSet(string sql, string expected) =>
        Assert.Equal(expected, SecretSettings.RedactStatement(sql));
}
