using System.Text.Json;
using PgGitOps.Cli;
using PgGitOps.Cli.Settings;
using PgGitOps.Controller;
using PgGitOps.Core.Ports;
using PgGitOps.Reconciling;
using PgGitOps.State;
using PgGitOps.Tests.Builders;
using Serilog.Events;

namespace PgGitOps.Tests.Shell;

public class PassEventTests
{
    [Fact]
    public void Samples_HoldEveryKind_AndEveryCode()
    {
        Assert.Empty(SampleEvents.Kinds.Except(SampleEvents.All.Select(e => e.GetType())));
        Assert.Empty(EventCodes.All.Except(SampleEvents.All.Select(e => e.Code)));
        Assert.Equal(EventCodes.All.Count, EventCodes.All.Select(c => c.Name).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void JsonLog_OfEveryEvent_IsALineWithItsCodeAndLevel()
    {
        foreach (var told in SampleEvents.All)
        {
            using var written = new StringWriter();

            new LogListener(LogSetup.Create(LogFormat.Json, LogEventLevel.Verbose, written)).Hear(told);

            using var line = JsonDocument.Parse(written.ToString().Split('\n')[0]);
            Assert.Equal(told.Code.Name, line.RootElement.GetProperty("Code").GetString());
            Assert.Equal(told.Code.Weight == EventWeight.News, !line.RootElement.TryGetProperty("@l", out _));
            Assert.DoesNotContain("{", line.RootElement.GetProperty("@m").GetString(), StringComparison.Ordinal);
        }
    }

    /// <summary>And no value in quotes, as one without <c>:l</c> in its template would stand.</summary>
    [Fact]
    public void JsonLog_OfEveryEvent_HasTheMessageOfTheTextLog()
    {
        foreach (var told in SampleEvents.All)
        {
            using var json = new StringWriter();
            using var text = new StringWriter();

            new LogListener(LogSetup.Create(LogFormat.Json, LogEventLevel.Verbose, json)).Hear(told);
            new LogListener(LogSetup.Create(LogFormat.Text, LogEventLevel.Verbose, text)).Hear(told);

            using var line = JsonDocument.Parse(json.ToString().Split('\n')[0]);
            var message = line.RootElement.GetProperty("@m").GetString()!;
            Assert.EndsWith(" " + message, text.ToString().Split('\n')[0], StringComparison.Ordinal);
            Assert.DoesNotContain('"', message);
        }
    }

    [Fact]
    public void Hear_WhenAListenerThrows_TellsTheOthers_AndGoesOn()
    {
        var heard = new Heard();
        var listeners = new PassListeners(new Broken(), heard);

        listeners.Hear(new PassEvent.LoopEnded());

        Assert.Equal(["ListenerFailed", "LoopEnded"], heard.Codes);
        Assert.Equal(nameof(Broken), heard.Of<PassEvent.ListenerFailed>()[0].Listener);
    }

    [Fact]
    public void StateConditions_OnceSomebodyListens_TellsWhatStands_AndNothingTwice()
    {
        List<string> said = [];
        var heard = new Heard();
        var conditions = new StateConditions(said.Add);
        conditions.Tell("drift.json", "no space");

        conditions.TellTo(heard);
        conditions.Tell("drift.json", "no space");
        conditions.Tell("drift.json", null);
        conditions.Tell("drift.json", null);

        Assert.Single(said);
        Assert.Equal(["StateNotKept", "StateKept"], heard.Codes);
    }

    private sealed class Broken : IPassListener
    {
        public void Hear(PassEvent told) => throw new InvalidOperationException("no");
    }
}
