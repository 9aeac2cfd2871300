using System.Runtime.InteropServices;

namespace Mannam.Host;

/// <summary>The orders to stop: Ctrl-C, SIGTERM, and the end of the terminal. They do not end the process; the command in progress does, in order.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource given = new();
    private readonly IReadOnlyList<PosixSignalRegistration> registrations;

    public StopSignals()
    {
        // A shell without job control starts what it puts in the background deaf to Ctrl-C; we are to hear it wherever we run.
        Posix.HearAgain(Posix.Interrupt);
        PosixSignal[] all = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        registrations = [.. all.Select(s => PosixSignalRegistration.Create(s, Take))];
    }

    /// <summary>Fires at the first order.</summary>
    public CancellationToken Given => given.Token;

    private void Take(PosixSignalContext signal)
    {
        signal.Cancel = true;
        given.Cancel();
    }

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        given.Dispose();
    }
}
