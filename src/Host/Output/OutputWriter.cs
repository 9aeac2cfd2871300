using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Mannam.Host.Output;

/// <summary>
/// The writer of stdout or stderr for a long-running command. A writing thread never waits for a reader: lines that do not fit into the queue, or that
/// the system refuses, are dropped and counted. The count is printed as soon as writing is possible again, and is the metric
/// <c>mannam.log.dropped</c>.
/// </summary>
internal sealed class OutputWriter : TextWriter
{
    /// <summary>The maximum number of queued texts.</summary>
    internal const int LongestQueue = 1000;

    // At the end, queued texts get a last chance, unless nobody reads.
    private static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(1);
    private static readonly Meter Meter = new("Mannam");

    private readonly BlockingCollection<string> _queue = new(LongestQueue);
    private readonly int _descriptor;
    private readonly Thread _writing;
    private long _dropped;
    private long _untold;

    /// <param name="descriptor">The descriptor to write to.</param>
    /// <param name="name">Its name in the metric.</param>
    internal OutputWriter(int descriptor, string name)
    {
        this._descriptor = descriptor;
        CoreNewLine = ['\n'];
        Meter.CreateObservableCounter(
            "mannam.log.dropped",
            () => new Measurement<long>(Dropped, new KeyValuePair<string, object?>("stream", name)),
            "{line}",
            "lines for stdout or stderr that could not be written"
        );
        _writing = new Thread(WriteAll) { IsBackground = true, Name = name };
        _writing.Start();
    }

    /// <summary>The number of dropped texts.</summary>
    internal long Dropped => Interlocked.Read(ref _dropped);

    public override Encoding Encoding { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Redirects the console's errors to this writer until it is disposed.</summary>
    public static OutputWriter OfErrors()
    {
        var errors = new OutputWriter(2, "stderr");
        Console.SetError(errors);
        return errors;
    }

    /// <summary>Redirects the console's output to this writer. Not for commands that print a result: those wait for their reader.</summary>
    public static OutputWriter OfOutput()
    {
        var output = new OutputWriter(1, "stdout");
        Console.SetOut(output);
        return output;
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return;
        try
        {
            if (_queue.TryAdd(value))
                return;
        }
        catch (InvalidOperationException)
        {
            // It is closed.
        }
        Drop();
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    public override Task WriteAsync(string? value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    private void WriteAll()
    {
        foreach (var text in _queue.GetConsumingEnumerable())
        {
            Tell();
            if (!Put(text))
                Drop();
        }
        Tell();
    }

    // On stderr, which people read; programs read stdout.
    private void Tell()
    {
        if (
            Interlocked.Exchange(ref _untold, 0) is > 0 and var lost
            && _descriptor != 1
            && !Put($"mannam: {lost} lines could not be written here\n")
        )
        {
            Interlocked.Add(ref _untold, lost);
        }
    }

    private bool Put(string text) => Descriptors.Write(_descriptor, Encoding.GetBytes(text));

    private void Drop()
    {
        Interlocked.Increment(ref _dropped);
        Interlocked.Increment(ref _untold);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_queue.IsAddingCompleted)
        {
            _queue.CompleteAdding();
            _writing.Join(LastMoment);
        }
        base.Dispose(disposing);
    }
}
