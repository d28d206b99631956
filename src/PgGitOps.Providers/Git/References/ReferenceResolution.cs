using System.Globalization;
using LibGit2Sharp;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Git.Objects;
using PgGitOps.Providers.Git.Reading;
using PgGitOps.Providers.Git.Repositories;
using Diagnostic = PgGitOps.Core.Sources.Diagnostic;

namespace PgGitOps.Providers.Git.References;

internal sealed record ResolvedReference(CommitObject Commit, EquatableArray<Diagnostic> Notes);

/// <summary>Finds the commit that a name leads to: a full id is that commit, else the one branch, tag, remote branch or abbreviated id of that name.</summary>
/// <remarks>
/// A name of two things is refused. Whoever may make one of them, a tag say, would else decide what is read for the other, the rules that
/// judge a pull request among it.
/// </remarks>
internal static class ReferenceResolution
{
    // git itself gives up on symbolic chains after five; tags of tags are rarer still.
    private const int PeelStepsMax = 10;
    private const int AbbreviatedMax = 64;

    /// <exception cref="RefusedException">ReferenceMissing, ReferenceAmbiguous, NoCommits, NotACommit, CorruptObject, IncompleteObjects.</exception>
    public static ResolvedReference Resolve(OpenedRepository opened, string reference)
    {
        var repository = opened.Repository;
        if (reference is "HEAD" or "@")
            return new(Head(opened), []);
        if (ReferenceName.IsFullId(reference))
            return FullId(opened, reference);

        string[] names = reference.StartsWith("refs/", StringComparison.Ordinal)
            ? [reference]
            : [$"refs/heads/{reference}", $"refs/tags/{reference}", $"refs/remotes/{reference}"];
        var found = names.Where(name => repository.Refs[name] is not null).ToList();
        var byId =
            !ReferenceName.IsAbbreviatedId(reference) ? null
            : found.Count == 0 ? Abbreviated(opened, reference)
            : AnyAbbreviated(opened, reference);
        if (found.Count + (byId is null ? 0 : 1) > 1)
            throw Ambiguous(
                opened,
                reference,
                [
                    .. found.Select(name => (name, Says(opened, name))),
                    .. byId is null ? Array.Empty<(string, string)>() : [(byId, "")],
                ]
            );
        if (found.Count > 0)
            return new(Peel(opened, Target(opened, found[0]), found[0]), []);
        if (byId is not null)
            return new(Peel(opened, byId, reference), []);
        if (!repository.Refs.Any())
            throw NoCommits(opened);
        throw new RefusedException(
            SourceRefusalKind.ReferenceMissing,
            $"{opened.ShownAddress} has no branch, tag or commit '{HiddenText.Shown(reference)}'.",
            Branches(repository)
        );
    }

    private static CommitObject Head(OpenedRepository opened)
    {
        var head = opened.Repository.Refs[opened.HeadName]?.ResolveToDirectReference();
        if (head is null)
        {
            if (opened.Repository.Refs.Any())
                throw new RefusedException(
                    SourceRefusalKind.NoCommits,
                    $"HEAD of {opened.ShownAddress} names a branch that has no commit.",
                    "Name a branch, a tag or a commit."
                );
            throw NoCommits(opened);
        }
        return Peel(opened, head.TargetIdentifier, "HEAD");
    }

    private static ResolvedReference FullId(OpenedRepository opened, string reference)
    {
        // A full id always is that object, whatever a branch is called: a name must not stand in for a content.
        var id = reference.ToLowerInvariant();
        var sameName = new[] { $"refs/heads/{reference}", $"refs/tags/{reference}" }.FirstOrDefault(name =>
            opened.Repository.Refs[name] is not null
        );
        if (!opened.Objects.Contains(id))
            throw new RefusedException(
                SourceRefusalKind.ReferenceMissing,
                $"{opened.ShownAddress} has no commit {reference}.",
                opened.IsIncomplete ? "It is a shallow or partial clone; the commit may be in the part that was left out." : null
            );
        return new(Peel(opened, id, reference), sameName is null ? [] : [SameName(reference, sameName)]);
    }

    private static string? Abbreviated(OpenedRepository opened, string reference)
    {
        var ids = opened.Objects.FindByPrefix(reference, max: 2);
        return ids.Count < 2
            ? ids.FirstOrDefault()
            : throw new RefusedException(
                SourceRefusalKind.ReferenceAmbiguous,
                $"'{reference}' fits more than one object of {opened.ShownAddress}.",
                "Give more digits of the commit id."
            );
    }

    // Beside an existing branch an id only matters where it is that of a commit.
    private static string? AnyAbbreviated(OpenedRepository opened, string reference)
    {
        foreach (var id in opened.Objects.FindByPrefix(reference, AbbreviatedMax))
        {
            try
            {
                if (
                    opened.Objects.Find(id, ObjectStore.StructureBytesMax, opened.Cancellation) is
                    { Kind: ObjectKind.Commit, Content: not null }
                )
                    return id;
            }
            catch (ObjectDamagedException)
            {
                // What cannot be read is not what the name means.
            }
        }
        return null;
    }

    private static string Target(OpenedRepository opened, string name) =>
        opened.Repository.Refs[name].ResolveToDirectReference() is { } direct
            ? direct.TargetIdentifier
            : throw new RefusedException(
                SourceRefusalKind.ReferenceMissing,
                $"{name} of {opened.ShownAddress} leads to a reference that does not exist."
            );

    private static CommitObject Peel(OpenedRepository opened, string id, string name)
    {
        for (var step = 0; step < PeelStepsMax; step++)
        {
            try
            {
                var found =
                    opened.Objects.Find(id, ObjectStore.StructureBytesMax, opened.Cancellation)
                    ?? throw opened.Absent($"object {id}, which {name} leads to");
                switch (found)
                {
                    case { Kind: ObjectKind.Commit, Content: { } content }:
                        return CommitObject.Parse(id, content);
                    case { Kind: ObjectKind.Tag, Content: { } content }:
                        id = CommitObject.TagTarget(content);
                        break;
                    default:
                        throw new RefusedException(
                            SourceRefusalKind.NotACommit,
                            $"{name} of {opened.ShownAddress} leads to object {id}, which is not a commit."
                        );
                }
            }
            catch (ObjectDamagedException e)
            {
                throw e.Refuse($"{opened.ShownAddress} cannot be read: object {id}, which {name} leads to, is damaged");
            }
        }
        throw new RefusedException(
            SourceRefusalKind.NotACommit,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name} of {opened.ShownAddress} is a tag of a tag more than {PeelStepsMax} times over."
            )
        );
    }

    private static RefusedException NoCommits(OpenedRepository opened) =>
        new(SourceRefusalKind.NoCommits, $"{opened.ShownAddress} has no commits yet.", "Commit the policy documents first.");

    /// <param name="candidates">Spelling that decides, and what it leads to.</param>
    private static RefusedException Ambiguous(
        OpenedRepository opened,
        string reference,
        (string Spelling, string Says)[] candidates
    ) =>
        new(
            SourceRefusalKind.ReferenceAmbiguous,
            $"'{HiddenText.Shown(reference)}' of {opened.ShownAddress} is the name of {string.Join(" and of ", candidates.Select(c => HiddenText.Shown(c.Spelling) + c.Says))}.",
            $"Spell out which one is meant: {string.Join(" or ", candidates.Select(c => HiddenText.Shown(c.Spelling)))}."
        );

    private static string Says(OpenedRepository opened, string name) =>
        opened.Repository.Refs[name].ResolveToDirectReference() is { } direct
            ? $" (at {direct.TargetIdentifier[..12]})"
            : " (which leads nowhere)";

    // No refusal: the id has no other spelling, and what it names cannot be changed by whoever makes such a branch.
    private static Diagnostic SameName(string reference, string other) =>
        new(
            Severity.Note,
            "PGG005",
            $"'{reference}' is the id of a commit, which was read, and the name of {other}.",
            SourceSpan.WholeFile("")
        )
        {
            Hint = $"If {other} is meant, spell it out.",
        };

    private static string? Branches(Repository repository)
    {
        var names = repository
            .Refs.Select(one => one.CanonicalName)
            .Where(one => one.StartsWith("refs/heads/", StringComparison.Ordinal))
            .Select(one => one["refs/heads/".Length..])
            .Order(StringComparer.Ordinal)
            .Take(5)
            .ToList();
        return names.Count == 0 ? null : $"Branches: {string.Join(", ", names)}.";
    }
}
