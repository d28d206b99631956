using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>Texts that rules made, before anybody prints them.</summary>
/// <remarks>
/// A rule's text must not move a cursor, turn the direction of a line, start a workflow command of a CI system
/// (which stand at the start of a line) or hide behind a look-alike line break.
/// </remarks>
public static class PlainText
{
    /// <summary>One line: control, format and separator characters become visible escapes.</summary>
    public static string OneLine(string text) => HiddenText.Shown(text.Replace('\n', ' ').Replace('\t', ' '));
}
