using System.Text;
using System.Text.Json.Nodes;
using PgGitOps.Core.Desired.Schemas.Own;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Schemas;

/// <summary>Every keyword that a repository's own schema may use is enforced, wherever it stands: a value that breaks only it is refused, and right once it is gone.</summary>
[Trait("Requirement", "R-02")]
public sealed class OwnSchemaKeywordTests
{
    /// <summary>Keyword, schema, values that hold, values that break the keyword and nothing else.</summary>
    private static readonly (string Keyword, string Schema, string[] Right, string[] Wrong)[] Cases =
    [
        ("type", """{ "type": "string" }""", ["\"1\"", "\"\""], ["1", "null", "[]", "{}", "true"]),
        (
            "type",
            """{ "type": "integer" }""",
            ["1", "1.0", "-3", "1e2", "123456789012345678901234567890"],
            ["1.5", "\"1\"", "true"]
        ),
        ("type", """{ "type": "number" }""", ["1", "1.5"], ["\"1.5\"", "null"]),
        ("type", """{ "type": [ "string", "null" ] }""", ["\"a\"", "null"], ["1", "[]"]),
        ("type", """{ "type": "boolean" }""", ["true", "false"], ["\"true\"", "0"]),
        ("type", """{ "type": "null" }""", ["null"], ["\"\"", "0", "false"]),
        ("type", """{ "type": "array" }""", ["[]"], ["{}", "\"[]\""]),
        ("type", """{ "type": "object" }""", ["{}"], ["[]", "null"]),
        (
            "enum",
            """{ "enum": [ 1, "two", null, [ 3 ], { "four": 4 }, true ] }""",
            ["1", "1.0", "\"two\"", "null", "[3]", "{\"four\":4.0}", "true"],
            ["\"1\"", "2", "\"null\"", "[]", "[3,3]", "{\"four\":5}", "false", "\"true\""]
        ),
        ("const", """{ "const": { "a": [ 1, 2 ] } }""", ["{\"a\":[1,2]}"], ["{\"a\":[2,1]}", "{\"a\":[1,2],\"b\":1}", "\"a\""]),
        ("const", """{ "const": "v1" }""", ["\"v1\""], ["\"v2\"", "\"V1\"", "1"]),
        ("const", """{ "const": 0 }""", ["0", "0.0", "-0"], ["false", "\"0\"", "1"]),
        ("minimum", """{ "minimum": 1.5 }""", ["1.5", "2", "\"a\""], ["1", "1.4999999999999999999999"]),
        ("maximum", """{ "maximum": 9007199254740993 }""", ["9007199254740993", "1"], ["9007199254740994"]),
        ("exclusiveMinimum", """{ "exclusiveMinimum": 0 }""", ["0.1", "1"], ["0", "-1"]),
        ("exclusiveMaximum", """{ "type": "integer", "exclusiveMaximum": 10 }""", ["9"], ["10", "11"]),
        ("multipleOf", """{ "multipleOf": 0.01 }""", ["0.07", "4.35", "19"], ["0.075"]),
        ("minLength", """{ "minLength": 2 }""", ["\"ab\"", "1"], ["\"a\"", "\"\\uD83D\\uDE00\""]),
        ("maxLength", """{ "maxLength": 2 }""", ["\"ab\"", "\"\\uD83D\\uDE00\\uD83D\\uDE00\""], ["\"abc\""]),
        ("pattern", """{ "pattern": "^[a-z]+$" }""", ["\"ab\"", "7"], ["\"Ab\"", "\"ab\\n\"", "\"\""]),
        ("pattern", """{ "pattern": "b" }""", ["\"abc\""], ["\"ac\""]),
        ("pattern", """{ "pattern": "^(a|b$)" }""", ["\"ax\"", "\"b\""], ["\"bx\"", "\"b\\n\""]),
        ("pattern", """{ "pattern": "^\\d.$" }""", ["\"1x\"", "\"1\\uD83D\\uDE00\""], ["\"\\u0663x\"", "\"1\\r\""]),
        ("pattern", """{ "pattern": "^[^@ ]{1,2}$" }""", ["\"\\uD83D\\uDE00a\""], ["\"a@\"", "\"abc\""]),
        ("format", """{ "format": "date" }""", ["\"2030-02-28\"", "5"], ["\"2030-02-30\"", "\"30-02-01\""]),
        (
            "format",
            """{ "format": "date-time" }""",
            ["\"2030-01-31T12:00:00Z\"", "\"2030-01-31t12:00:60.5+02:00\""],
            ["\"2030-01-31 12:00:00Z\"", "\"2030-01-31T12:00:00\"", "\"2030-01-31T25:00:00Z\"", "\"2030-01-31\""]
        ),
        ("format", """{ "format": "time" }""", ["\"12:00:00Z\""], ["\"12:00\"", "\"12:00:00\""]),
        ("format", """{ "format": "ipv4" }""", ["\"10.0.0.1\""], ["\"10.0.0\"", "\"10.0.0.256\"", "\"010.0.0.1\""]),
        ("format", """{ "format": "ipv6" }""", ["\"::1\"", "\"fe80::1\""], ["\"10.0.0.1\"", "\":::1\"", "\"fe80::1%eth0\""]),
        ("format", """{ "format": "hostname" }""", ["\"db-1.example\""], ["\"-db\"", "\"a b\"", "\"\""]),
        ("format", """{ "format": "email" }""", ["\"dba@example.org\""], ["\"dba\"", "\"a@b@c\"", "\"a b@c\""]),
        (
            "format",
            """{ "format": "uri" }""",
            ["\"https://example.org/x\""],
            ["\"example.org\"", "\"/etc/x\"", "\"https://a b\""]
        ),
        ("format", """{ "format": "uuid" }""", ["\"7f000001-0000-4000-8000-000000000001\""], ["\"7f000001\""]),
        ("format", """{ "format": "regex" }""", ["\"^a+$\""], ["\"(\""]),
        ("items", """{ "items": { "type": "integer" } }""", ["[1,2]", "[]", "{}"], ["[1,\"2\"]"]),
        (
            "items",
            """{ "items": [ { "type": "integer" }, { "type": "string" } ] }""",
            ["[1,\"a\",null]", "[1]"],
            ["[\"a\"]", "[1,1]"]
        ),
        ("additionalItems", """{ "items": [ {} ], "additionalItems": false }""", ["[1]", "[]"], ["[1,2]"]),
        ("additionalItems", """{ "items": [ {} ], "additionalItems": { "type": "string" } }""", ["[1,\"a\"]"], ["[1,2]"]),
        ("contains", """{ "contains": { "const": 1 } }""", ["[2,1]"], ["[2]", "[]"]),
        ("minItems", """{ "minItems": 1 }""", ["[1]"], ["[]"]),
        ("maxItems", """{ "maxItems": 1 }""", ["[1]"], ["[1,2]"]),
        (
            "uniqueItems",
            """{ "uniqueItems": true }""",
            ["[1,\"1\",true,\"true\"]", "[{\"a\":1},{\"a\":2}]"],
            ["[1,1.0]", "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]", "[[1],[1]]", "[null,null]"]
        ),
        ("required", """{ "required": [ "a", "b" ] }""", ["{\"a\":1,\"b\":null}", "[]"], ["{\"a\":1}", "{}"]),
        ("properties", """{ "properties": { "a": { "type": "integer" } } }""", ["{\"a\":1}", "{\"b\":\"x\"}"], ["{\"a\":\"x\"}"]),
        (
            "patternProperties",
            """{ "patternProperties": { "^x-": { "type": "string" } } }""",
            ["{\"x-a\":\"b\"}", "{\"a\":1}"],
            ["{\"x-a\":1}"]
        ),
        (
            "additionalProperties",
            """{ "properties": { "a": {} }, "patternProperties": { "^x-": {} }, "additionalProperties": false }""",
            ["{\"a\":1,\"x-b\":2}"],
            ["{\"b\":1}"]
        ),
        ("additionalProperties", """{ "additionalProperties": { "type": "string" } }""", ["{\"b\":\"1\"}"], ["{\"b\":1}"]),
        ("propertyNames", """{ "propertyNames": { "pattern": "^[a-z]+$" } }""", ["{\"abc\":1}"], ["{\"Abc\":1}"]),
        ("minProperties", """{ "minProperties": 1 }""", ["{\"a\":1}"], ["{}"]),
        ("maxProperties", """{ "maxProperties": 1 }""", ["{\"a\":1}"], ["{\"a\":1,\"b\":2}"]),
        ("dependencies", """{ "dependencies": { "a": [ "b" ] } }""", ["{\"a\":1,\"b\":2}", "{\"b\":2}"], ["{\"a\":1}"]),
        ("dependencies", """{ "dependencies": { "a": { "required": [ "c" ] } } }""", ["{\"a\":1,\"c\":2}", "{}"], ["{\"a\":1}"]),
        ("allOf", """{ "allOf": [ { "type": "integer" }, { "minimum": 3 } ] }""", ["3"], ["2", "\"3\""]),
        (
            "anyOf",
            """{ "anyOf": [ { "type": "string" }, { "minimum": 3, "type": "integer" } ] }""",
            ["3", "\"a\""],
            ["2", "null"]
        ),
        ("oneOf", """{ "oneOf": [ { "multipleOf": 3 }, { "multipleOf": 5 } ] }""", ["3", "5"], ["15", "7"]),
        ("not", """{ "not": { "type": "null" } }""", ["1"], ["null"]),
        (
            "then",
            """{ "if": { "properties": { "mode": { "const": "sync" } }, "required": [ "mode" ] }, "then": { "required": [ "count" ] }, "else": {} }""",
            ["{\"mode\":\"sync\",\"count\":1}", "{\"mode\":\"async\"}"],
            ["{\"mode\":\"sync\"}"]
        ),
        (
            "else",
            """{ "if": { "required": [ "mode" ] }, "then": {}, "else": { "required": [ "count" ] } }""",
            ["{\"mode\":1}", "{\"count\":1}"],
            ["{}"]
        ),
        ("if", """{ "if": { "type": "string" }, "then": { "minLength": 2 } }""", ["\"ab\"", "1"], ["\"a\""]),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Cases.Length)];

    /// <summary>Places in which a keyword has to hold as it does at the top, with a value wrapped to reach it.</summary>
    private static readonly (string Name, Func<JsonNode, JsonObject> Schema, Func<string, string> Value)[] Places =
    [
        ("property", s => Object(("properties", Object(("value", s)))), v => v),
        (
            "item of an item",
            s => Object(("properties", Object(("value", Object(("items", Object(("items", s)))))))),
            v => $"[[{v}]]"
        ),
        (
            "property of additional properties",
            s =>
                Object(
                    (
                        "properties",
                        Object(("value", Object(("additionalProperties", Object(("properties", Object(("deep", s))))))))
                    )
                ),
            v => $"{{\"any\":{{\"deep\":{v}}}}}"
        ),
        (
            "definition",
            s =>
                Object(
                    ("properties", Object(("value", Object(("$ref", "#/definitions/part"))))),
                    ("definitions", Object(("part", s)))
                ),
            v => v
        ),
        ("all of", s => Object(("properties", Object(("value", Object(("allOf", new JsonArray(Object(), s))))))), v => v),
        ("any of", s => Object(("properties", Object(("value", Object(("anyOf", new JsonArray(false, s))))))), v => v),
        ("pattern property", s => Object(("patternProperties", Object(("^val", s)))), v => v),
        (
            "then",
            s =>
                Object(
                    ("if", Object(("required", new JsonArray("value")))),
                    ("then", Object(("properties", Object(("value", s)))))
                ),
            v => v
        ),
    ];

    private static JsonObject Object(params (string Key, JsonNode Value)[] pairs) =>
        new(pairs.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));

    private static IReadOnlyList<Diagnostic> Findings(JsonObject schema, string value)
    {
        var findings = new List<Diagnostic>();
        var read = JsonDocuments.Read("schema.json", schema.ToJsonString(), findings)!.Value;
        var part = new SchemaPartReader("schema.json", read, findings).Read();
        Assert.True(findings.Count == 0, $"{string.Join("\n", findings)}\n{schema.ToJsonString()}");
        return PartJudge.Of(
            "value.json",
            JsonDocuments.Read("value.json", $"{{\n\"value\": {value}}}", findings)!.Value,
            part,
            new SchemaBudget()
        );
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Keyword_WhereverItStands_RefusesWhatBreaksIt_AndOnlyItDoes(int number)
    {
        var (keyword, text, right, wrong) = Cases[number];
        var schema = JsonNode.Parse(text)!.AsObject();
        // What the keyword needs beside it goes with it: 'additionalItems' alone asks nothing, and 'then' needs its 'if'.
        var relaxed = schema.DeepClone().AsObject();
        relaxed.Remove(keyword);
        if (keyword is "if" or "then" or "else")
            relaxed.Clear();
        foreach (var (place, wrap, reach) in Places)
        {
            foreach (var value in right)
                Assert.True(Findings(wrap(schema.DeepClone()), reach(value)) is [], $"{place}: {text} refuses {value}");
            foreach (var value in wrong)
            {
                var found = Findings(wrap(schema.DeepClone()), reach(value));
                Assert.True(found.Count > 0, $"{place}: {text} lets {value} pass");
                Assert.All(found, f => Assert.Equal(("value.json", 2), (f.Span.Path, f.Span.Line)));
                Assert.All(found, f => Assert.StartsWith("value", f.Field, StringComparison.Ordinal));
                Assert.True(
                    Findings(wrap(relaxed.DeepClone()), reach(value)) is [],
                    $"{place}: not '{keyword}' of {text} refuses {value}"
                );
            }
        }
    }

    [Fact]
    public void Cases_CoverEveryKeywordThatIsAccepted() =>
        Assert.Empty(SchemaKeywords.Assertions.Keys.Except(Cases.Select(c => c.Keyword)));

    [Theory]
    [InlineData("""{ "minimun": 1 }""", ":1:3", "did you mean 'minimum'")]
    [InlineData("""{ "contentEncoding": "base64" }""", ":1:3", "is not enforced here")]
    [InlineData("""{ "unevaluatedProperties": false }""", ":1:3", "is not enforced here")]
    [InlineData("""{ "format": "idn-email" }""", ":1:13", "is not enforced here")]
    [InlineData("""{ "type": "string", "minimum": 1 }""", ":1:21", "never takes effect")]
    [InlineData("""{ "type": "integer", "enum": [ "a" ] }""", ":1:22", "no value of 'enum' is of the type")]
    [InlineData("""{ "$ref": "#/definitions/x", "minimum": 1, "definitions": { "x": {} } }""", ":1:30", "beside $ref is ignored")]
    [InlineData("""{ "$ref": "https://example.org/schema.json" }""", ":1:11", "leads into its own file")]
    [InlineData(
        """{ "$ref": "#/definitions/aple", "definitions": { "apple": {} } }""",
        ":1:11",
        "did you mean '#/definitions/apple'"
    )]
    [InlineData("""{ "properties": { "a": { "$id": "#a" } } }""", ":1:26", "at the top of the file only")]
    [InlineData("""{ "$schema": "https://json-schema.org/draft/2020-12/schema" }""", ":1:14", "of draft 7")]
    [InlineData("""{ "then": { "type": "string" } }""", ":1:3", "beside 'if' only")]
    [InlineData("""{ "additionalItems": false }""", ":1:3", "takes effect beside a list")]
    [InlineData("""{ "pattern": "^(?=a)" }""", ":1:14", "without look-around")]
    [InlineData("""{ "pattern": "(a)\\1" }""", ":1:14", "without look-around")]
    [InlineData("""{ "patternProperties": { "(?i)a": {} } }""", ":1:26", "without look-around")]
    [InlineData("""{ "items": 5 }""", ":1:12", "a schema is an object")]
    [InlineData("""{ "required": "a" }""", ":1:15", "is a list of names")]
    [InlineData("""{ "multipleOf": 0 }""", ":1:17", "more than 0")]
    [InlineData(
        """{ "definitions": { "a": { "$ref": "#/definitions/b" }, "b": { "allOf": [ { "$ref": "#/definitions/a" } ] } } }""",
        ":1:25",
        "leads back to itself"
    )]
    [InlineData("""{ "allOf": [ { "$ref": "#" } ] }""", ":1:1", "leads back to itself")]
    public void Schema_WithWhatIsNotEnforced_IsRefusedAtItsPlace(string schema, string place, string message)
    {
        var findings = new List<Diagnostic>();
        new SchemaPartReader("s.json", JsonDocuments.Read("s.json", schema, findings)!.Value, findings).Read();
        Assert.Contains(
            findings,
            f =>
                f.RuleId == "PGS014"
                && f.Span.ToString() == "s.json" + place
                && f.Message.Contains(message, StringComparison.Ordinal)
        );
    }

    /// <summary>A tree that refers to itself, as menus and organisations do.</summary>
    [Fact]
    public void Reference_ToItsOwnSchema_IsFollowedIntoTheValue()
    {
        var tree = JsonNode
            .Parse(
                """{ "properties": { "value": { "$ref": "#/definitions/node" } }, "definitions": { "node": { "type": "object", "required": [ "name" ], "properties": { "children": { "items": { "$ref": "#/definitions/node" } } } } } }"""
            )!
            .AsObject();
        Assert.Empty(Findings(tree, """{"name":"a","children":[{"name":"b","children":[]}]}"""));
        var finding = Assert.Single(Findings(tree, """{"name":"a","children":[{"name":"b","children":[{"nam":"c"}]}]}"""));
        Assert.Equal(("PGS002", "value.children[0].children[0].name"), (finding.RuleId, finding.Field));
    }

    /// <summary>Each level tries both forms, and so each deeper one twice as often: 2^90 steps if somebody let it.</summary>
    [Fact]
    public void Schema_OfManyAlternatives_IsGivenUpAfterABoundedNumberOfSteps()
    {
        var schema = JsonNode
            .Parse(
                """{ "properties": { "value": { "$ref": "#/definitions/n" } }, "definitions": { "n": { "anyOf": [ { "properties": { "a": { "$ref": "#/definitions/n" } }, "required": [ "no" ] }, { "properties": { "a": { "$ref": "#/definitions/n" } }, "required": [ "never" ] } ] } } }"""
            )!
            .AsObject();
        var finding = Assert.Single(
            Findings(schema, string.Concat(Enumerable.Repeat("{\"a\":", 90)) + "1" + new string('}', 90))
        );
        Assert.Contains("too many steps", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"a\": 1,\n \"a\": 2 }", "s.json:2:2", "PGY003")]
    [InlineData("{ \"a\": 1,\n }", "s.json:2:2", "PGY002")]
    [InlineData("{ \"\u00e4\u00f6\": 1 x", "s.json:1:11", "PGY002")]
    [InlineData("{} {}", "s.json:1:4", "PGY002")]
    public void Json_ThatIsMalformed_IsRefusedAtItsPlace(string text, string place, string rule)
    {
        var findings = new List<Diagnostic>();
        JsonDocuments.Read("s.json", text, findings);
        Assert.Equal((place, rule), (Assert.Single(findings).Span.ToString(), findings[0].RuleId));
    }

    [Fact]
    public void Json_IndentedWithTabs_HasItsPlaces()
    {
        var findings = new List<Diagnostic>();
        var root = JsonDocuments.Read("s.json", "{\n\t\"type\":\t\"object\"\n}\n", findings)!.Value;
        Assert.Empty(findings);
        Assert.Equal("s.json:2:10-18", $"{root["type"]!.Value.SpanIn("s.json")}-{root["type"]!.Value.EndColumn}");
        Assert.Equal(Encoding.UTF8.GetByteCount("object"), root["type"]!.Value.Text.Length);
    }
}
