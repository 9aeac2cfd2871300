using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Mannam.Hosting;

/// <summary>Puts a web application on an <see cref="InProcessServer"/>.</summary>
public static class InProcessHosting
{
    /// <summary>Lets the application be served by <paramref name="server"/>: no socket is opened.</summary>
    /// <remarks>
    /// The application also stops listening to Ctrl-C and SIGTERM itself: who runs several in one process stops them in order.
    /// </remarks>
    public static WebApplicationBuilder UseInProcess(this WebApplicationBuilder builder, InProcessServer server)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(server);
        builder.WebHost.UseServer(server);
        return builder.WithoutSignals();
    }

    /// <summary>The application does not listen to Ctrl-C and SIGTERM itself: the process that runs it stops it.</summary>
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
