using System.Diagnostics;
using System.Text;
using Mannam.Host;

namespace Mannam.Tests.Host;

/// <summary>A command's exit status and output.</summary>
internal sealed record Ended(int Status, string Out, string Error);

/// <summary>A process of the program under test. No wait is longer than three minutes.</summary>
internal sealed class Running : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Process process;
    private readonly Lines output;
    private readonly Lines errors;

    public Running(Process process)
    {
        this.process = process;
        process.StandardInput.Close();
        output = new Lines(process.StandardOutput);
        errors = new Lines(process.StandardError);
    }

    public int Id => process.Id;

    /// <summary>A client for its front door, available once it is ready. Calls time out after three minutes.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>The output on stdout so far.</summary>
    public string Out => output.Text;

    /// <summary>Waits for the ready line.</summary>
    public async Task ReadyAsync()
    {
        if (await output.FindAsync("ready ", Patience) is not { } line)
            throw new InvalidOperationException($"the program was not ready; it wrote: {output.Text}{errors.Text}");
        Http = new HttpClient { BaseAddress = new Uri(line["ready ".Length..]), Timeout = Patience };
    }

    /// <summary>Waits until the program is ready at a port.</summary>
    public async Task ReadyAtAsync(int port)
    {
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = Patience };
        for (var began = Stopwatch.GetTimestamp(); !await IsReadyAsync(); await Task.Delay(20))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(began) > Patience)
                throw new InvalidOperationException($"the program was not ready; it wrote: {output.Text}{errors.Text}");
        }
    }

    /// <summary>Whether the program reports itself as ready.</summary>
    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await Http.GetAsync("health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Waits for a line on stderr that contains the text.</summary>
    public async Task SaysAsync(string text)
    {
        if (await errors.FindAsync(text, Patience) is null)
            throw new InvalidOperationException($"the program did not write \"{text}\"; it wrote: {errors.Text}");
    }

    public void Signal(int signal) => Posix.Signal(process.Id, signal);

    /// <summary>Sends the signal, and waits for the end.</summary>
    public Task<Ended> EndAsync(int signal)
    {
        Signal(signal);
        return EndAsync();
    }

    /// <summary>Waits for the end.</summary>
    public async Task<Ended> EndAsync()
    {
        await process.WaitForExitAsync().WaitAsync(Patience);
        // If another process has inherited the pipes, they do not end. That is a fault.
        return new Ended(process.ExitCode, await output.AllAsync(Patience), await errors.AllAsync(Patience));
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        if (!process.HasExited)
            Posix.Signal(process.Id, Posix.KillAtOnce);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>The command line of any process, arguments separated by zeros; empty for an ended process.</summary>
    public static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>Reads a pipe line by line.</summary>
    private sealed class Lines
    {
        private readonly StringBuilder text = new();
        private readonly Task reading;

        public Lines(StreamReader pipe) => reading = ReadAsync(pipe);

        public string Text
        {
            get
            {
                lock (text)
                    return text.ToString();
            }
        }

        public async Task<string?> FindAsync(string part, TimeSpan within)
        {
            for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < within; await Task.Delay(10))
            {
                var ended = reading.IsCompleted;
                var line = Text.Split('\n').SkipLast(1).FirstOrDefault(l => l.Contains(part, StringComparison.Ordinal));
                if (line is not null || ended)
                    return line;
            }
            return null;
        }

        public async Task<string> AllAsync(TimeSpan within)
        {
            await reading.WaitAsync(within);
            return Text;
        }

        private async Task ReadAsync(StreamReader pipe)
        {
            while (await pipe.ReadLineAsync() is { } line)
            {
                lock (text)
                    text.Append(line).Append('\n');
            }
        }
    }
}
