using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Mannam.Hosting;

/// <summary>Runs a web application on an <see cref="InProcessServer"/>.</summary>
public static class InProcessHosting
{
    /// <summary>Serves the application by <paramref name="server"/>, without a socket.</summary>
    /// <remarks>
    /// The application no longer handles Ctrl-C and SIGTERM: a process with several applications stops them in order.
    /// </remarks>
    public static WebApplicationBuilder UseInProcess(this WebApplicationBuilder builder, InProcessServer server)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(server);
        builder.WebHost.UseServer(server);
        return builder.WithoutSignals();
    }

    /// <summary>The application does not handle Ctrl-C and SIGTERM: its process stops it.</summary>
    public static WebApplicationBuilder WithoutSignals(this WebApplicationBuilder builder)
    {
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoSignals>());
        return builder;
    }

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
