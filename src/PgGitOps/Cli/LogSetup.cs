using PgGitOps.Cli.Settings;
using PgGitOps.Core.Reporting.Text;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace PgGitOps.Cli;

/// <summary>The structured log on stderr.</summary>
internal static class LogSetup
{
    public static LogEventLevel LevelOf(bool quiet, bool verbose) =>
        (quiet, verbose) switch
        {
            (true, false) => LogEventLevel.Warning,
            (false, true) => LogEventLevel.Debug,
            _ => LogEventLevel.Information,
        };

    public static ILogger Create(LogFormat format, LogEventLevel level, TextWriter stderr) =>
        new LoggerConfiguration().MinimumLevel.Is(level).WriteTo.Sink(new StderrSink(FormatterOf(format), stderr)).CreateLogger();

    private static ITextFormatter FormatterOf(LogFormat format) =>
        format switch
        {
            LogFormat.Text => new VisibleLineFormatter(),
            LogFormat.Json => new AsciiJsonFormatter(),
        };

    /// <summary>A line an event, whatever servers and documents made of its values; an exception under it.</summary>
    private sealed class VisibleLineFormatter : ITextFormatter
    {
        private const int ExceptionIndent = 4;

        private readonly MessageTemplateTextFormatter line = new(
            "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {Message}",
            System.Globalization.CultureInfo.InvariantCulture
        );

        public void Format(LogEvent logEvent, TextWriter output)
        {
            using var text = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
            line.Format(logEvent, text);
            output.Write(VisibleText.Of(text.ToString()) + "\n");
            if (logEvent.Exception is { } exception)
                output.Write(new string(' ', ExceptionIndent) + VisibleText.Lines(exception.ToString(), ExceptionIndent) + "\n");
        }
    }

    private sealed class StderrSink(ITextFormatter formatter, TextWriter stderr) : ILogEventSink
    {
        private readonly Lock gate = new();

        public void Emit(LogEvent logEvent)
        {
            using var line = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
            formatter.Format(logEvent, line);
            // One write a line, so that lines of parallel clusters never mix.
            lock (gate)
            {
                stderr.Write(line.ToString());
                stderr.Flush();
            }
        }
    }
}
