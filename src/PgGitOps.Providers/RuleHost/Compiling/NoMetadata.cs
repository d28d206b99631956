using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace PgGitOps.Providers.RuleHost.Compiling;

/// <summary>Resolves no reference: <c>#r</c> leads nowhere.</summary>
internal sealed class NoMetadata : MetadataReferenceResolver
{
    public static readonly NoMetadata Instance = new();

    public override ImmutableArray<PortableExecutableReference> ResolveReference(
        string reference,
        string? baseFilePath,
        MetadataReferenceProperties properties
    ) => [];

    public override bool ResolveMissingAssemblies => false;

    public override bool Equals(object? other) => other is NoMetadata;

    public override int GetHashCode() => 1;
}

/// <summary>Resolves no source: <c>#load</c> leads nowhere, and its text cannot leak through a diagnostic.</summary>
internal sealed class NoSources : SourceReferenceResolver
{
    public static readonly NoSources Instance = new();

    public override string? NormalizePath(string path, string? baseFilePath) => null;

    public override string? ResolveReference(string path, string? baseFilePath) => null;

    public override Stream OpenRead(string resolvedPath) => throw new FileNotFoundException("A rule loads no other file.");

    public override bool Equals(object? other) => other is NoSources;

    public override int GetHashCode() => 2;
}
