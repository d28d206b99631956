namespace PgGitOps.Core.Observed;

/// <summary>Something that a document asks for and that the server says it would not take. It was asked before anything is planned.</summary>
/// <param name="Kind"><see cref="Parameter"/> or <see cref="Extension"/>.</param>
/// <param name="Name">Of a parameter in lower case.</param>
/// <param name="Text">The value, or the version, as the document has it; empty where it names none.</param>
/// <param name="Database">Of an extension; null otherwise.</param>
/// <param name="Reason">In words, that fit behind a colon.</param>
public sealed record ServerObjection(string Kind, string Name, string Text, string? Database, string Reason)
{
    public const string Parameter = "parameter";
    public const string Extension = "extension";
}
