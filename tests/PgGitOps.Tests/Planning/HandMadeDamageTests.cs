using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>Damage done by hand to a running cluster, each found on a real one first.</summary>
public class HandMadeDamageTests
{
    [Fact]
    public void Plan_WhenTheReplicationRoleIsGone_MakesItAgain()
    {
        var plan = PlanWithReplicationPassword(
            Snapshots.Healthy(p => p with { Roles = [.. p.Roles.Where(r => r.Name != "replicator")] })
        );

        Assert.Equal(["core/role/replicator/create", "core/role/replicator/password"], plan.Ids());
        Assert.Contains("REPLICATION", Sql(plan.Steps[0]).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_WhenTheReplicationRoleMayNoLongerReplicate_LetsItAgain()
    {
        var plan = PlanWithReplicationPassword(
            Snapshots.Healthy(p =>
                p with
                {
                    Roles = [.. p.Roles.Select(r => r.Name == "replicator" ? r with { Replication = false } : r)],
                }
            )
        );

        Assert.Contains("core/role/replicator/alter", plan.Ids());
    }

    [Theory]
    [InlineData(new string[0], new[] { "REVOKE \"readers\" FROM \"app\"" })]
    [InlineData(
        new[] { "lead", "postgres" },
        new[] { "REVOKE \"readers\" FROM \"app\" GRANTED BY \"lead\"", "REVOKE \"readers\" FROM \"app\" GRANTED BY \"postgres\"" }
    )]
    public void Plan_WhenARoleWasMadeAMemberByOthers_TakesEachGrantBackInItsName(string[] grantors, string[] statements)
    {
        var cluster = Cluster() with { Roles = [Role("app", "memberOf"), Role("readers")] };

        var plan = Plans.Of(
            cluster,
            Snapshots.Healthy(p =>
                p with
                {
                    Roles = [.. p.Roles, Snapshots.Role("app"), Snapshots.Role("readers")],
                    Memberships =
                    [
                        new MembershipFact("readers", "app", false)
                        {
                            Grants = [.. grantors.Select(g => new MembershipGrant(g, false, true, true))],
                        },
                    ],
                }
            )
        );

        Assert.Equal(statements, Sql(Assert.Single(plan.Steps)));
    }

    [Fact]
    public void Plan_OfAMembershipThatLostAnOption_NamesEveryOptionInTheGrant()
    {
        // Of a membership that exists, a GRANT without options changes none.
        var cluster = Cluster() with
        {
            PostgresMajor = 17,
            Roles = [Role("app", "memberOf") with { MemberOf = [Name("readers")] }, Role("readers")],
        };
        Assert.Equal(
            ["GRANT \"readers\" TO \"app\" WITH ADMIN FALSE, SET TRUE"],
            Sql(Assert.Single(Plans.Of(cluster, OnVersion17(Membership("app", "postgres", admin: false, set: false))).Steps))
        );
    }

    [Fact]
    public void Plan_OfAMembershipThatWentWithAnother_ChangesTheOneThatReplacesIt()
    {
        var cluster = Cluster() with
        {
            PostgresMajor = 17,
            Roles =
            [
                Role("lead", "memberOf"),
                Role("readers"),
                Role("worker", "memberOf") with
                {
                    MemberOf = [Name("readers")],
                    MembershipOptions = [new MembershipOptions(Name("readers"), false, null, false)],
                },
            ],
        };

        var plan = Plans.Of(
            cluster,
            OnVersion17(
                Membership("lead", "postgres", admin: true, set: true),
                Membership("worker", "lead", admin: false, set: true)
            )
        );

        Assert.Equal(
            [
                "REVOKE \"readers\" FROM \"lead\" GRANTED BY \"postgres\" CASCADE",
                "GRANT \"readers\" TO \"worker\" WITH ADMIN FALSE, INHERIT TRUE, SET TRUE",
                "REVOKE SET OPTION FOR \"readers\" FROM \"worker\"",
            ],
            plan.Sql()
        );
    }

    private static MembershipFact Membership(string member, string grantor, bool admin, bool set) =>
        new("readers", member, admin) { Grants = [new MembershipGrant(grantor, admin, true, set)] };

    private static ClusterSnapshot OnVersion17(params MembershipFact[] memberships)
    {
        var healthy = Snapshots.Healthy(p =>
            p with
            {
                Roles = [.. p.Roles, .. memberships.Select(m => Snapshots.Role(m.Member)), Snapshots.Role("readers")],
                Memberships = [.. memberships],
            }
        );
        return healthy with
        {
            Members =
            [
                .. healthy.Members.Select(m =>
                    m.Server is Observation<ServerFacts>.Seen { Value: var facts }
                        ? Snapshots.Seen(m.Name, facts with { VersionNumber = 170010 })
                        : m
                ),
            ],
        };
    }

    [Fact]
    public void Plan_WithoutAReplicationPassword_LeavesTheReplicationRoleToOthers()
    {
        // An adopted cluster: its standbys may log in as anybody.
        Assert.Empty(
            Plans.Of(Cluster(), Snapshots.Healthy(p => p with { Roles = [.. p.Roles.Where(r => r.Name != "replicator")] })).Steps
        );
    }

    [Theory]
    [InlineData("host='10.0.0.1' port='5432' user='replicator'", true)]
    // The file beneath leads elsewhere too, so taking the override back would not help.
    [InlineData("host='10.0.0.9' port='5432' user='replicator'", false)]
    public void Plan_WhenAStandbyWasPointedElsewhere_TakesThatBackOnlyIfItLeadsToTheSource(string beneath, bool heals)
    {
        FileSettingFact[] files =
        [
            new("/data/pggitops.conf", 9, "primary_conninfo", beneath, false, null),
            new("/data/postgresql.auto.conf", 3, "primary_conninfo", "host=10.6.6.6", true, null),
        ];
        var healthy = Snapshots.Healthy(p => p with { Standbys = [.. p.Standbys.Where(s => s.ApplicationName != "core-2")] });
        var snapshot = healthy with
        {
            Members =
            [
                healthy.Members[0],
                Snapshots.Seen("core-2", Snapshots.Standby() with { WalReceiver = null, FileSettings = [.. files] }),
                healthy.Members[2],
            ],
        };

        var plan = Plans.Of(Cluster(), snapshot);

        if (!heals)
        {
            Assert.Empty(plan.Steps);
            return;
        }
        Assert.Equal(["core/member/core-2/reconnect"], plan.Ids());
        Assert.Equal("core-2", Assert.IsType<StepAction.ExecuteSql>(plan.Steps[0].Action).Member);
        Assert.Equal("ALTER SYSTEM RESET \"primary_conninfo\"", Sql(plan.Steps[0])[0]);
    }

    [Fact]
    public void Plan_WhenAMemberIsAddedAndParametersChange_SetsThemOnTheCloneToo()
    {
        var cluster = Cluster() with { Parameters = [Setting("work_mem", "8MB")] };
        var healthy = Snapshots.Healthy();
        var snapshot = healthy with { Members = [healthy.Members[0], healthy.Members[1], Snapshots.Absent("core-3")] };

        var plan = Plans.Of(cluster, snapshot);

        // A clone brings its source's values along: claiming the declared ones left the next plan with work.
        Assert.Contains("core/member/core-3/clone", plan.Ids());
        Assert.Contains("core/member/core-3/parameters", plan.Ids());
    }

    [Fact]
    public void Plan_WhenTheRuleListsNobodyWhoStreams_SaysThatCommitsWait()
    {
        // After a promotion the rule may list only the new primary itself.
        var cluster = Cluster() with
        {
            Replication = new Replication(Synchronous(1, "core-1"), At),
        };
        var snapshot = Snapshots.Healthy(p =>
            p.WithSetting("synchronous_standby_names", s => s with { Value = "ANY 1 (\"core-1\")" })
        );

        var danger = Assert.Single(Plans.Of(cluster, snapshot).Changes, c => c.Key.Field == Field.Waiting);

        Assert.Contains("every commit waits", danger.Danger, StringComparison.Ordinal);
        Assert.Contains("0 of 1 streaming", danger.Live!.Display, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_WhenEvenTheOwnerHoldsNothing_GrantsWhatIsDeclared()
    {
        var cluster = Cluster() with
        {
            Roles = [Role("owner")],
            Databases =
            [
                Database("app", "owner") with
                {
                    Schemas = [new Schema("app", Name("owner"), At)],
                    Grants = [new Grant(GrantTarget.Schema, "app", null, Name("owner"), ["USAGE"], At)],
                },
            ],
        };
        var healthy = Snapshots.Healthy(p =>
            p with
            {
                Roles = [.. p.Roles, Snapshots.Role("owner")],
                Databases = [.. p.Databases, Snapshots.Database("app", "owner")],
            }
        );
        ClusterSnapshot With(params AclFact[] acls) =>
            healthy with
            {
                Databases =
                [
                    .. healthy.Databases,
                    Snapshots.Inside(
                        "app",
                        Snapshots.Contents() with
                        {
                            Schemas = [new SchemaFact("app", "owner")],
                            Acls = [.. acls],
                        }
                    ),
                ],
            };

        Assert.Empty(Plans.Of(cluster, With()).Steps);
        Assert.Equal(
            ["core/database/app/grants"],
            Plans.Of(cluster, With(new AclFact("schema", "app", "app", "owner", null, []))).Ids()
        );
    }

    [Fact]
    public void Plan_WhenOneGrantIsMissingAndAnotherTooMuch_TakesAwayInAStepOfItsOwn()
    {
        // Were both in one transaction, a grant that fails would leave the other with what he is no longer to have.
        var cluster = Cluster() with
        {
            Roles = [Role("owner"), Role("app"), Role("report")],
            Databases =
            [
                Database("app", "owner") with
                {
                    Schemas = [new Schema("app", Name("owner"), At)],
                    Grants =
                    [
                        new Grant(GrantTarget.Schema, "app", null, Name("app"), ["USAGE"], At),
                        new Grant(GrantTarget.Schema, "app", null, Name("report"), ["USAGE"], At),
                    ],
                },
            ],
        };
        var healthy = Snapshots.Healthy(p =>
            p with
            {
                Roles = [.. p.Roles, Snapshots.Role("owner"), Snapshots.Role("app"), Snapshots.Role("report")],
                Databases = [.. p.Databases, Snapshots.Database("app", "owner")],
            }
        );
        var acls = new AclFact("schema", "app", "app", "owner", "app", ["CREATE", "USAGE"]);
        var plan = Plans.Of(
            cluster,
            healthy with
            {
                Databases =
                [
                    .. healthy.Databases,
                    Snapshots.Inside(
                        "app",
                        Snapshots.Contents() with
                        {
                            Schemas = [new SchemaFact("app", "owner")],
                            Acls = [acls],
                        }
                    ),
                ],
            }
        );

        Assert.Equal(["core/database/app/grants", "core/database/app/grants-taken"], plan.Ids().Order(StringComparer.Ordinal));
        var taken = plan.Steps.Single(s => s.Id.EndsWith("-taken", StringComparison.Ordinal));
        Assert.Empty(taken.DependsOn);
        Assert.Contains(taken.Hazards, h => h.Kind == HazardKind.AccessLoss);
    }

    [Fact]
    public void Plan_WhenAMemberLeavesGit_DoesNotClaimThatItsServerIsGone()
    {
        var healthy = Snapshots.Healthy().WithRecord(["member/core-4"]);

        var step = Assert.Single(Plans.Of(Cluster(), healthy).Steps);

        Assert.DoesNotContain("gone already", step.Title, StringComparison.Ordinal);
        Assert.Contains("left as they are", step.Title, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "PGP012")]
    // A snapshot file keeps no verifier: that is no reason to refuse a plan made from it.
    [InlineData(false, null)]
    public void Plan_WhenAPasswordCannotBeCompared_RefusesOnlyWhereTheSecretIsMissing(bool secretIsMissing, string? refusal)
    {
        var cluster = Cluster() with
        {
            Roles = [Role("app", "password") with { Password = new SecretReference.FromEnvironment("APP", At) }],
        };
        var snapshot = Snapshots.Healthy(p =>
            p with
            {
                Roles = [.. p.Roles, Snapshots.Role("app") with { PasswordVerifier = new PasswordVerifier("digest:scram:x") }],
            }
        );
        PasswordCheck check = (_, stored) =>
            secretIsMissing || stored is not null ? new PasswordFinding.Unknown("no") : new PasswordFinding.Differs();

        var plan = Plans.Of(cluster, snapshot, options: Plans.Options with { Passwords = check });

        Assert.Empty(plan.Steps);
        Assert.Equal(refusal, plan.Refusals.SingleOrDefault()?.RuleId);
    }

    [Fact]
    public void Plan_WhenADatabaseLeavesGit_CallsNothingInsideItUnknown()
    {
        var snapshot = Snapshots
            .Healthy(p => p with { Databases = [.. p.Databases, Snapshots.Database("app", "postgres")] })
            .WithRecord(["database/app", "database/app/schema/app"]);

        var plan = Plans.Of(Cluster(), snapshot);

        Assert.Equal(["core/database/app/drop"], plan.Ids());
        Assert.Empty(plan.Unknowns);
    }

    private static ClusterPlan PlanWithReplicationPassword(ClusterSnapshot snapshot)
    {
        var environment = Fleets.Environment();
        return Plans.Of(
            Cluster(),
            snapshot,
            environment with
            {
                Access = environment.Access with
                {
                    ReplicationPassword = new SecretReference.FromEnvironment("REPLICATION_PASSWORD", At),
                },
            }
        );
    }

    private static string[] Sql(Step step) => [.. ((StepAction.ExecuteSql)step.Action).Statements];
}
