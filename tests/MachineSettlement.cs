using Mannam.Host;
using Mannam.Testing;

namespace Mannam.Tests;

/// <summary>Waits until a saga has settled in a machine.</summary>
internal static class MachineSettlement
{
    /// <summary>Returns once the saga has settled in all services that run.</summary>
    /// <exception cref="TimeoutException">It had not within 30 s, or the time given.</exception>
    public static Task SettledAsync(this Machine machine, long key, TimeSpan? within = null) => machine.Running.SettledAsync(key, within);
}
