namespace Mannam.Host.Output;

/// <summary>The log's configuration: warnings, on stderr; stdout is for a command's result.</summary>
internal static class MannamLog
{
    public static ILoggingBuilder AddMannamLog(this ILoggingBuilder logging) =>
        logging
            .AddProvider(new LogLines())
            .SetMinimumLevel(LogLevel.Warning)
            // The caller of the store logs its failures.
            .AddFilter("Microsoft.EntityFrameworkCore", LogLevel.None)
            // The command itself reports a failed start, in a sentence. A client's disconnect is not logged.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.None)
            // The health pages show failures. As log lines they would come twice a second.
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
}
