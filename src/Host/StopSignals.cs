using System.Runtime.InteropServices;

namespace Mannam.Host;

/// <summary>The stop signals: Ctrl-C, SIGTERM, and the end of the terminal. They do not end the process; the current command ends in order.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _given = new();
    private readonly IReadOnlyList<PosixSignalRegistration> _registrations;

    public StopSignals()
    {
        // A shell without job control starts background processes with Ctrl-C ignored. We always listen to it.
        Posix.HearAgain(Posix.Interrupt);
        PosixSignal[] all = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        _registrations = [.. all.Select(s => PosixSignalRegistration.Create(s, Take))];
    }

    /// <summary>Cancelled at the first signal.</summary>
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
