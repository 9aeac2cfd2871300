namespace Mannam.Host.Output;

/// <summary>What is logged: warnings, on stderr; stdout is for what a command is asked for.</summary>
internal static class MannamLog
{
    public static ILoggingBuilder AddMannamLog(this ILoggingBuilder logging) =>
        // What fails in the store is told by whoever asked it.
        logging.AddProvider(new LogLines()).SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.EntityFrameworkCore", LogLevel.None);
}
