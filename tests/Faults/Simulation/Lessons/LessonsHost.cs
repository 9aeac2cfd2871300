using Mannam.Hosting;
using Mannam.Local;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mannam.Simulation.Lessons;

/// <summary>The command <c>lessons</c>: the system in a process of its own, which a test can kill.</summary>
internal static class LessonsHost
{
    /// <param name="args">Settings, such as <c>--urls</c> and <c>--ConnectionStrings:lessons.desk=…</c>.</param>
    /// <param name="ct">Stops it in order.</param>
    public static async Task<int> RunAsync(string[] args, CancellationToken ct)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddLocalTransport(LessonsSystem.Declaration.Name);
        builder.AddMannam(LessonsSystem.Declaration);
        await using var app = builder.Build();
        app.MapMannam();
        app.MapHealthChecks("/health/ready");
        await app.StartAsync(ct);
        await app.WaitForShutdownAsync(ct);
        return 0;
    }
}
