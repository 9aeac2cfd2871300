namespace Mannam.Host.Output;

/// <summary>Logs to stderr, one line per entry: <c>warn: taxi.catch[0] relay failed …</c>. Microsoft's console logger waits for a reader, and stops at the first
/// error.</summary>
internal sealed class LogLines : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Lines(categoryName);

    public void Dispose()
    {
        // Stderr stays open.
    }

    private sealed class Lines(string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            var text = $"{Short(logLevel)}: {category}[{eventId.Id}] {formatter(state, exception)} {exception}";
            Console.Error.WriteLine(text.TrimEnd().ReplaceLineEndings(" "));
        }

        private static string Short(LogLevel level) =>
            level switch
            {
                LogLevel.Trace => "trce",
                LogLevel.Debug => "dbug",
                LogLevel.Information => "info",
                LogLevel.Warning => "warn",
                LogLevel.Error => "fail",
                _ => "crit",
            };
    }
}
