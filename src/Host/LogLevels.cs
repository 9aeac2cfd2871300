using Microsoft.Extensions.Logging.Console;

namespace Mannam.Host;

/// <summary>What is logged: warnings, on stderr; stdout is for what a command is asked for.</summary>
internal static class LogLevels
{
    public static ILoggingBuilder AddMannamLevels(this ILoggingBuilder logging)
    {
        logging.Services.Configure<ConsoleLoggerOptions>(c => c.LogToStandardErrorThreshold = LogLevel.Trace);
        // What fails in the store is told by whoever asked it.
        return logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.EntityFrameworkCore", LogLevel.None);
    }
}
