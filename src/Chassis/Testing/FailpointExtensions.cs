using Mannam.Hosting;

namespace Mannam.Testing;

/// <summary>Lets a test hold a service up at its failpoints, or make it fail there.</summary>
public static class FailpointExtensions
{
    /// <summary>From now on the function is called at each failpoint of the service, with its name, such as <c>relay.published</c>. The service goes on when the
    /// function has ended. An exception of the function is as one of the code at that place.</summary>
    /// <param name="service">The service.</param>
    /// <param name="hit">The function; null for nothing.</param>
    public static void AtFailpoints(this ServiceHost service, Func<string, ValueTask>? hit)
    {
        ArgumentNullException.ThrowIfNull(service);
        service.Failpoints.OnHit = hit;
    }
}
