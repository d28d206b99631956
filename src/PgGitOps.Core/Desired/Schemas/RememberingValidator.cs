using System.Collections.Concurrent;
using Newtonsoft.Json.Linq;
using NJsonSchema;
using NJsonSchema.Validation;

namespace PgGitOps.Core.Desired.Schemas;

/// <summary>NJsonSchema's validator, which remembers texts that a part of a schema has accepted.</summary>
/// <remarks>Documents of one repository say <c>minutes</c> and <c>operatorApproved</c> thousands of times. Only acceptance is remembered: a refusal always comes from the validator, with its place.</remarks>
internal sealed class RememberingValidator : JsonSchemaValidator
{
    // Names are different in every document; past this many the memory would hold more of them than it saves.
    private const int RememberedMax = 20_000;
    private const int TextLengthMax = 64;

    private readonly ConcurrentDictionary<Accepted, bool> accepted = new();
    private int remembered;

    private readonly record struct Accepted(JsonSchema Schema, string Text)
    {
        public bool Equals(Accepted other) => ReferenceEquals(Schema, other.Schema) && Text == other.Text;

        public override int GetHashCode() =>
            HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(Schema), Text);
    }

    protected override ICollection<ValidationError> Validate(
        JToken token,
        JsonSchema schema,
        SchemaType schemaType,
        string? propertyName,
        string propertyPath
    )
    {
        if (token is not JValue { Type: JTokenType.String, Value: string { Length: <= TextLengthMax } text })
            return base.Validate(token, schema, schemaType, propertyName, propertyPath);
        var key = new Accepted(schema, text);
        if (accepted.ContainsKey(key))
            return [];
        var errors = base.Validate(token, schema, schemaType, propertyName, propertyPath);
        if (errors.Count == 0 && remembered < RememberedMax && accepted.TryAdd(key, true))
            Interlocked.Increment(ref remembered);
        return errors;
    }
}
