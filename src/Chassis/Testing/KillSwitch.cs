using System.Diagnostics;
using System.Globalization;

namespace Mannam.Testing;

/// <summary>Kills the process at a failpoint, as a crash of the machine would: <c>taxi.catch/relay.published</c>, and with <c>#2</c> behind it when the
/// failpoint is hit for the second time.</summary>
public static class KillSwitch
{
    /// <summary>The environment variable that names the failpoint.</summary>
    public const string Variable = "MANNAM_KILL_AT";

    /// <summary>The file that <c>DOTNET_STARTUP_HOOKS</c> names.</summary>
    public static string HookFile => typeof(KillSwitch).Assembly.Location;

    /// <summary>From now on a service that hits the failpoint kills the process.</summary>
    /// <param name="at">The failpoint; null for none.</param>
    /// <exception cref="FormatException">It is no failpoint.</exception>
    public static void Install(string? at)
    {
        if (at is null)
            return;
        if (at.Split('/') is not [var service, var named] || service.Length == 0)
            throw new FormatException($"{Variable} is \"{at}\", but service/failpoint is expected");
        var (point, times) = named.Split('#') is [var name, var text] ? (name, int.Parse(text, CultureInfo.InvariantCulture)) : (named, 1);
        Failpoints.OnHitOf = of =>
            of == service
                ? hit =>
                {
                    if (hit == point && Interlocked.Decrement(ref times) == 0)
                        Process.GetCurrentProcess().Kill();
                    return ValueTask.CompletedTask;
                }
                : null;
    }
}
