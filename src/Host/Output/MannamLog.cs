namespace Mannam.Host.Output;

/// <summary>What is logged: warnings, on stderr; stdout is for what a command is asked for.</summary>
internal static class MannamLog
{
    public static ILoggingBuilder AddMannamLog(this ILoggingBuilder logging) =>
        logging
            .AddProvider(new LogLines())
            .SetMinimumLevel(LogLevel.Warning)
            // What fails in the store is told by whoever asked it.
            .AddFilter("Microsoft.EntityFrameworkCore", LogLevel.None)
            // A start that fails is told by the command, in a sentence; what a client breaks off, by nobody.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.None)
            // The pages tell it to whoever asks; a probe asks twice a second.
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
}
