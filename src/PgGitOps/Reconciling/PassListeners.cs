using PgGitOps.Core.Ports;

namespace PgGitOps.Reconciling;

/// <summary>Tells several listeners in turn. One that throws is told of to the others, and stands in nobody's way.</summary>
internal sealed class PassListeners(params IReadOnlyList<IPassListener> listeners) : IPassListener
{
    /// <summary>For a run that nobody follows.</summary>
    public static IPassListener Nobody { get; } = new PassListeners();

    public void Hear(PassEvent told)
    {
        foreach (var listener in listeners)
        {
            try
            {
                listener.Hear(told);
            }
            catch (Exception e)
            {
                Report(listener, e);
            }
        }
    }

    private void Report(IPassListener failed, Exception error)
    {
        foreach (var other in listeners.Where(l => !ReferenceEquals(l, failed)))
        {
            try
            {
                other.Hear(new PassEvent.ListenerFailed(failed.GetType().Name, error));
            }
            catch (Exception)
            {
                // Its own failure is told when an event of its own comes to it.
            }
        }
    }
}
