using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using NJsonSchema;
using NJsonSchema.Validation;

namespace PgGitOps.Core.Desired.Schemas;

/// <summary>Matches patterns in time linear in the text: whoever writes a schema must not be able to hold up the loop.</summary>
internal sealed class PatternValidator : JsonSchemaValidator
{
    private readonly Dictionary<JsonSchema, Regex> patterns = new(ReferenceEqualityComparer.Instance);

    /// <summary>Only while schemas are read; documents are checked afterwards, by many threads.</summary>
    public void Take(JsonSchema schema, Regex pattern) => patterns[schema] = pattern;

    protected override ICollection<ValidationError> Validate(JToken token, JsonSchema schema, SchemaType schemaType, string? propertyName, string propertyPath)
    {
        var errors = base.Validate(token, schema, schemaType, propertyName, propertyPath);
        return token is JValue { Type: JTokenType.String, Value: string text } && patterns.TryGetValue(schema, out var pattern) && !pattern.IsMatch(text)
            ? [.. errors, new ValidationError(ValidationErrorKind.PatternMismatch, propertyName, propertyPath, token, schema)]
            : errors;
    }
}
