namespace PgGitOps.Core.Ports;

/// <summary>Hears what the loop and its passes tell. Log and health are listeners; none decides anything that an event does not say.</summary>
/// <remarks>Called in turn on whatever thread tells, by clusters in parallel: quick, and without waiting for the world. What it throws ends no pass.</remarks>
public interface IPassListener
{
    void Hear(PassEvent told);
}
