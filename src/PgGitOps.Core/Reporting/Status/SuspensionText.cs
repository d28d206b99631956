using System.Globalization;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Status;

/// <summary>A suspension in one line: of what, by whom, until when, why.</summary>
public static class SuspensionText
{
    public static string Of(string cluster, Suspension suspension) =>
        VisibleText.Of(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{cluster} is suspended by {suspension.Owner} until {suspension.Expires.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z: {suspension.Reason}"
            )
        );
}
