using PgGitOps.Core.Planning;
using PgGitOps.Providers.Postgres.Observing;

namespace PgGitOps.Tests.Connecting;

public sealed class AccessListRedactionTests
{
    [Theory]
    [InlineData(
        "ldap ldapserver=a ldapbindpasswd=s3cret ldapport=389",
        "ldap ldapserver=a ldapbindpasswd=(redacted) ldapport=389"
    )]
    [InlineData("ldap ldapbindpasswd=\"s3 cr et\" ldaptls=1", "ldap ldapbindpasswd=(redacted) ldaptls=1")]
    [InlineData("ldap \"ldapbindpasswd=s3 cr et\" ldaptls=1", "ldap ldapbindpasswd=(redacted) ldaptls=1")]
    [InlineData("ldap l\"dapbindpasswd=s3 cr\"et ldaptls=1", "ldap ldapbindpasswd=(redacted) ldaptls=1")]
    [InlineData("ldap ldapbindpasswd=s3\"cr et\"s3 ldaptls=1", "ldap ldapbindpasswd=(redacted) ldaptls=1")]
    [InlineData("radius radiusservers=a radiussecrets=\"s3cret\",\"s3cret\"", "radius radiusservers=a radiussecrets=(redacted)")]
    [InlineData(
        "radius radiussecrets=s3cret, \"s3 cret\",\ts3cret ,s3cret radiusports=1",
        "radius radiussecrets=(redacted) radiusports=1"
    )]
    [InlineData("radius radiussecrets=s3cret,", "radius radiussecrets=(redacted),")]
    [InlineData("radius RADIUSSECRET=s3cret", "radius RADIUSSECRET=(redacted)")]
    [InlineData("scram-sha-256", "scram-sha-256")]
    public void Apply_TakesEverySecretOutAndNothingElse(string method, string expected) =>
        Assert.Equal(
            ["host all all 10.0.0.0/8 " + expected],
            AccessListRedaction.Apply(AccessList.Read("host all all 10.0.0.0/8 " + method, isLoaded: true)).Lines
        );
}
