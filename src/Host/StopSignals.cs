using System.Runtime.InteropServices;

namespace Mannam.Host;

/// <summary>The stop signals: Ctrl-C, SIGTERM, and the end of the terminal. They do not end the process; the current command ends in order.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource given = new();
    private readonly IReadOnlyList<PosixSignalRegistration> registrations;

    public StopSignals()
    {
        // A shell without job control starts background processes with Ctrl-C ignored. We always listen to it.
        Posix.HearAgain(Posix.Interrupt);
        PosixSignal[] all = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        registrations = [.. all.Select(s => PosixSignalRegistration.Create(s, Take))];
    }

    /// <summary>Cancelled at the first signal.</summary>
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
