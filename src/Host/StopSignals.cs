using System.Runtime.InteropServices;

namespace Mannam.Host;

/// <summary>The orders to stop: Ctrl-C, SIGTERM, and the end of the terminal. They do not end the process; the command in progress does, in order.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _given = new();
    private readonly IReadOnlyList<PosixSignalRegistration> _registrations;

    public StopSignals()
    {
        // A shell without job control starts what it puts in the background deaf to Ctrl-C; we are to hear it wherever we run.
        Posix.HearAgain(Posix.Interrupt);
        PosixSignal[] all = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        _registrations = [.. all.Select(s => PosixSignalRegistration.Create(s, Take))];
    }

    /// <summary>Fires at the first order.</summary>
    public CancellationToken Given => _given.Token;

    private void Take(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _given.Cancel();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _given.Dispose();
    }
}
