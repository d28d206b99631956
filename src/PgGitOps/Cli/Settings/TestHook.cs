using System.Diagnostics;
using System.Globalization;

namespace PgGitOps.Cli.Settings;

/// <summary>
/// For tests of what a killed process leaves behind: <c>PGGITOPS_TEST_EXIT_AT=intent:3</c> ends the process as SIGKILL does
/// right after the third intent is journaled, <c>effect:3</c> after the third effect and before its outcome is.
/// For tests of a kernel that offers no jail: <c>PGGITOPS_TEST_NO_LANDLOCK_WHILE=FILE</c>. It can only take the jail away, and
/// without one no rule runs.
/// </summary>
internal static class TestHook
{
    public const string Variable = "PGGITOPS_TEST_EXIT_AT";

    /// <summary>Null outside of tests.</summary>
    public static string? NoLandlockWhile => SettingVariable.Read("PGGITOPS_TEST_NO_LANDLOCK_WHILE");

    public static Action<string, int> Read()
    {
        if (SettingVariable.Read(Variable) is not { } text)
            return static (_, _) => { };
        if (
            text.Split(':') is not [("intent" or "effect") and var kind, var number]
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
        )
            throw new UsageException($"{Variable}: '{text}' is not intent:N or effect:N.");
        return (at, count) =>
        {
            if (at == kind && count == n)
                Process.GetCurrentProcess().Kill();
        };
    }
}
