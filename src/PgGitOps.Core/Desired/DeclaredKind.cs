using PgGitOps.Core.Desired.Schemas.Own;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired;

/// <summary>A kind that a policy repository adds by a schema of its own.</summary>
/// <param name="Name">What rules and waivers call it: the kind, after its apiVersion where the engine has one of that name.</param>
/// <param name="File">Its schema.</param>
public sealed record DeclaredKind(string Name, SourceFile File)
{
    /// <summary>The kinds of a revision, ordered by name, and what is wrong with its schemas.</summary>
    public static (IReadOnlyList<DeclaredKind> Kinds, IReadOnlyList<Diagnostic> Findings) Of(SourceTree tree)
    {
        var own = OwnKinds.Read(tree.Files);
        return (
            [
                .. own
                    .Declared.Select(k => new DeclaredKind(OwnKinds.NameOf(k.ApiVersion, k.Kind), k.File))
                    .OrderBy(k => k.Name, StringComparer.Ordinal),
            ],
            own.Findings
        );
    }
}
