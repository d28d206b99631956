using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Desired;

/// <summary>Kinds that a policy repository declares by a schema of its own.</summary>
[Trait("Requirement", "R-02")]
public sealed class OwnKindsTests
{
    private const string Schema = """
        {
          "$schema": "http://json-schema.org/draft-07/schema#",
          "title": "RecoveryPolicy",
          "type": "object",
          "required": [ "apiVersion", "kind", "metadata", "spec" ],
          "additionalProperties": false,
          "properties": {
            "apiVersion": { "const": "fleet.example/v1" },
            "kind": { "const": "RecoveryPolicy" },
            "metadata": { "type": "object", "required": [ "name" ], "properties": { "name": { "type": "string", "pattern": "^[a-z][a-z0-9-]{2,62}$" }, "tier": { "enum": [ "gold", "silver" ] } } },
            "spec": {
              "type": "object", "additionalProperties": false, "required": [ "days" ],
              "properties": { "days": { "type": "integer", "minimum": 1, "maximum": 35 }, "sites": { "type": "array", "items": { "type": "string" }, "uniqueItems": true, "minItems": 1 } }
            }
          }
        }
        """;

    private static string BlobOf(string text) => $"{text.GetHashCode(StringComparison.Ordinal)}";

    private static FleetReading Read(FleetReader reader, params (string Path, string Text)[] files) =>
        reader.Read(
            new SourceTree(
                new RevisionInfo("1", "a", DateTimeOffset.UnixEpoch, "s"),
                files.Select(f => new SourceFile(f.Path, BlobOf(f.Text), Encoding.UTF8.GetBytes(f.Text))).ToEquatableArray()
            )
        );

    private static string Document(string spec, string name = "orders", string apiVersion = "fleet.example/v1") =>
        $"""
            apiVersion: {apiVersion}
            kind: RecoveryPolicy
            metadata:
              name: {name}
            spec: {spec}
            """;

    private static string[] Findings(string document, string schema = Schema) =>
        [
            .. Read(new FleetReader(), ("schemas/kinds/recovery-policy.schema.json", schema), ("policies/own/a.yaml", document))
                .Diagnostics.Select(d => $"{d.Span} {d.RuleId} {d.Message}"),
        ];

    [Fact]
    public void Document_OfADeclaredKind_IsReadBesideTheEnginesOwn()
    {
        var reading = Read(
            new FleetReader(),
            ("schemas/kinds/recovery-policy.schema.json", Schema),
            ("policies/own/a.yaml", Document("{ days: 7, sites: [ oslo ] }"))
        );
        Assert.Empty(reading.Diagnostics);
        // The engine has a kind of that name as well.
        Assert.Equal("fleet.example/v1/RecoveryPolicy/orders", Assert.Single(reading.Documents).Id);
        // It is no policy that the engine would enforce.
        Assert.Empty(reading.Fleet!.Policies);
    }

    [Theory]
    [InlineData("{ days: 70 }", "orders", "policies/own/a.yaml:5:15 PGS006")]
    [InlineData("{ day: 7, days: 7 }", "orders", "policies/own/a.yaml:5:9 PGS001")]
    [InlineData("{ days: 7 }", "O", "policies/own/a.yaml:4:9 PGS005")]
    [InlineData("{ days: seven }", "orders", "policies/own/a.yaml:5:15 PGS003")]
    [InlineData("{ days: 7, sites: [ a, a ] }", "orders", "policies/own/a.yaml:5:30 PGS009")]
    [InlineData("{ sites: [ a ] }", "orders", "policies/own/a.yaml:5:1 PGS002")]
    public void Document_ThatBreaksItsSchema_IsRefusedAtItsPlace(string spec, string name, string expected) =>
        Assert.Contains(Findings(Document(spec, name)), f => f.StartsWith(expected, StringComparison.Ordinal));

    [Fact]
    public void Document_OfAnotherApiVersion_IsNotOfTheDeclaredKind() =>
        Assert.Contains(
            Findings(Document("{ days: 7 }", apiVersion: "fleet.example/v2")),
            f => f.Contains("PGS012", StringComparison.Ordinal)
        );

    [Fact]
    public void Document_OfAKindThatNobodyDeclares_IsRefused() =>
        Assert.Contains(
            Findings(Document("{ days: 7 }").Replace("kind: RecoveryPolicy", "kind: Orchard", StringComparison.Ordinal)),
            f => f.Contains("policies/own/a.yaml:2:7 PGS013 unknown kind 'Orchard'", StringComparison.Ordinal)
        );

    [Theory]
    [InlineData("\"minimum\": 1,", "\"contentEncoding\": \"base64\",", ":13:")]
    [InlineData("\"title\": \"RecoveryPolicy\",", "\"$ref\": \"file:///etc/passwd\",", ":3:")]
    [InlineData("\"enum\": [ \"gold\", \"silver\" ]", "\"enum\": \"gold\"", ":10:")]
    [InlineData("{2,62}$", "{2,62}(?=x)$", ":10:")]
    [InlineData("fleet.example/v1", "pggitops.dev/v1", ":8:")]
    [InlineData("{ \"const\": \"RecoveryPolicy\" }", "{ \"type\": \"string\" }", ":9:")]
    [InlineData("\"type\": \"integer\", \"minimum\": 1,", "\"type\": \"string\", \"minimum\": 1,", ":13:")]
    [InlineData("\"title\": \"RecoveryPolicy\",", "\"if\": {},", ":3:")]
    public void Schema_OutsideWhatIsEnforced_IsRefusedAtItsPlace(string from, string to, string line)
    {
        Assert.Contains(from, Schema, StringComparison.Ordinal);
        Assert.Contains(
            Findings(Document("{ days: 7 }"), Schema.Replace(from, to, StringComparison.Ordinal)),
            f =>
                f.StartsWith("schemas/kinds/recovery-policy.schema.json" + line, StringComparison.Ordinal)
                && f.Contains(" PGS014 ", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Document_WhoseSchemaIsRefused_IsNotBlamed() =>
        Assert.StartsWith(
            "schemas/kinds/",
            Assert.Single(
                Findings(Document("{ days: 7 }"), Schema.Replace("\"minimum\": 1,", "\"minimun\": 1,", StringComparison.Ordinal))
            ),
            StringComparison.Ordinal
        );

    /// <summary>A reader that has seen one schema judges the same bytes anew under another.</summary>
    [Fact]
    public void Document_WhenItsSchemaChanges_IsReadAgain()
    {
        var reader = new FleetReader();
        var document = ("policies/own/a.yaml", Document("{ days: 7 }"));
        Assert.Empty(Read(reader, ("schemas/kinds/a.schema.json", Schema), document).Diagnostics);
        Assert.NotEmpty(
            Read(
                reader,
                ("schemas/kinds/a.schema.json", Schema.Replace("\"maximum\": 35", "\"maximum\": 5", StringComparison.Ordinal)),
                document
            ).Diagnostics
        );
        Assert.NotEmpty(Read(reader, document).Diagnostics);
        Assert.Empty(Read(reader, ("schemas/kinds/a.schema.json", Schema), document).Diagnostics);
    }

    /// <summary>This pattern takes a backtracking matcher longer than the age of the earth.</summary>
    [Fact]
    public void Pattern_OfAStranger_CannotHoldUpTheReader()
    {
        var slow = Schema.Replace("^[a-z][a-z0-9-]{2,62}$", "^(a+)+$", StringComparison.Ordinal);
        Assert.Contains(
            Findings(Document("{ days: 7 }", new string('a', 60) + "b"), slow),
            f => f.Contains(" PGS005 ", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Sound_DocumentWhoseOwnSchemaWasRefused_IsCheckedByTheNextProcess()
    {
        var cache = new DocumentCache();
        var unenforced = Schema.Replace("\"minimum\": 1,", "\"minimun\": 1,", StringComparison.Ordinal);

        Assert.NotEmpty(
            Read(
                new FleetReader(cache),
                ("schemas/kinds/a.schema.json", unenforced),
                ("policies/own/a.yaml", Document("{ days: 7 }"))
            ).Diagnostics
        );

        Assert.Empty(cache.Sound);
    }

    [Fact]
    public void Sound_DocumentOfAnOwnKind_IsSparedUnderTheSameSchemasOnly()
    {
        var document = ("policies/own/a.yaml", Document("{ days: 7 }"));
        var cache = new DocumentCache();
        Assert.Empty(Read(new FleetReader(cache), ("schemas/kinds/a.schema.json", Schema), document).Diagnostics);
        var under = Assert.Single(cache.Sound).Split(' ')[1];

        // A blob that breaks its schema, named as sound by hand: only so does it show what is not looked at again.
        var wrong = ("policies/own/a.yaml", Document("{ days: 0 }"));
        var breaking = new DocumentCache();
        Assert.NotEmpty(Read(new FleetReader(breaking), ("schemas/kinds/a.schema.json", Schema), wrong).Diagnostics);
        Assert.Empty(breaking.Sound);
        var named = new HashSet<string> { $"{BlobOf(wrong.Item2)} {under}" };
        Assert.Empty(Read(new FleetReader(new DocumentCache(named)), ("schemas/kinds/a.schema.json", Schema), wrong).Diagnostics);
        Assert.NotEmpty(
            Read(new FleetReader(new DocumentCache(named)), ("schemas/kinds/a.schema.json", Schema + "\n"), wrong).Diagnostics
        );
        Assert.NotEmpty(
            Read(
                new FleetReader(new DocumentCache(new HashSet<string> { BlobOf(wrong.Item2) })),
                ("schemas/kinds/a.schema.json", Schema),
                wrong
            ).Diagnostics
        );
    }
}
