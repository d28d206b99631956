using System.Text;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Cli.Output;

/// <summary>stdout or stderr. What cannot be written is lost and remembered: a full disk under a log must not end a run between two of its steps.</summary>
/// <param name="open">Throws where the descriptor is closed.</param>
/// <param name="isSafe">False for text that has not been through <see cref="SafeOutput"/> yet.</param>
internal sealed class OutputWriter(Func<Stream> open, bool isSafe) : TextWriter
{
    private readonly Lock gate = new();
    private readonly StringBuilder pending = new();
    private Stream? stream;

    public override Encoding Encoding { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Why something was lost; null while nothing was.</summary>
    public string? Failure { get; private set; }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value)
    {
        lock (gate)
            pending.Append(value);
        // A log is read while it is written.
        if (!isSafe)
            Flush();
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void Flush()
    {
        lock (gate)
        {
            if (pending.Length == 0)
                return;
            var text = pending.ToString();
            pending.Clear();
            try
            {
                stream ??= open();
                stream.Write(Encoding.GetBytes(isSafe ? text : SafeOutput.Text(text)));
                stream.Flush();
            }
            catch (Exception e)
                when (e is IOException or UnauthorizedAccessException or ObjectDisposedException or NotSupportedException)
            {
                Failure ??= e.Message;
            }
        }
    }
}
