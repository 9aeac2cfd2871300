using System.Diagnostics.Metrics;
using System.Globalization;
using System.IO.Pipes;
using System.Text.RegularExpressions;
using Mannam.Host.Output;
using Xunit;

namespace Mannam.Tests.Host;

public sealed class OutletTests
{
    private static readonly string Line = new('x', 1000);

    [Fact]
    public async Task Unread_output_lines_are_dropped_counted_and_reported_to_a_later_reader()
    {
        await using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        await using var outlet = new OutputWriter((int)pipe.ClientSafePipeHandle.DangerousGetHandle(), "read late");

        // More lines than the pipe and the queue hold.
        for (var i = 0; i < 2 * OutputWriter.LongestQueue; i++)
            await outlet.WriteLineAsync(Line);

        var dropped = outlet.Dropped;
        Assert.InRange(dropped, OutputWriter.LongestQueue / 2, OutputWriter.LongestQueue);
        Assert.Equal(dropped, Measured("read late"));
        using var reader = new StreamReader(pipe);
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        soon.CancelAfter(TimeSpan.FromMinutes(1));
        // The number may come in parts: lines dropped while the first ones are written are reported in between.
        for (var told = 0L; told < dropped; )
        {
            var line = await reader.ReadLineAsync(soon.Token);
            if (line != Line)
                told += long.Parse(
                    Regex.Match(line!, "^mannam: (\\d+) lines could not be written here$").Groups[1].Value,
                    CultureInfo.InvariantCulture
                );
            Assert.True(told <= dropped);
        }
    }

    [Fact]
    public async Task A_full_disk_or_a_closed_reader_costs_only_the_output_lines()
    {
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        var onFull = new OutputWriter((int)full.DangerousGetHandle(), "full");
        var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        var onNobody = new OutputWriter((int)pipe.ClientSafePipeHandle.DangerousGetHandle(), "nobody");
        using var kept = pipe.ClientSafePipeHandle;
        await onNobody.WriteLineAsync("read");
        using (var reader = new StreamReader(pipe))
            Assert.Equal("read", await reader.ReadLineAsync(TestContext.Current.CancellationToken));

        for (var i = 0; i < 3; i++)
        {
            await onFull.WriteLineAsync(Line);
            await onNobody.WriteLineAsync(Line);
        }

        await onFull.DisposeAsync();
        await onNobody.DisposeAsync();
        Assert.Equal((3, 3), (onFull.Dropped, onNobody.Dropped));
    }

    private static long Measured(string stream)
    {
        long measured = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument is { Meter.Name: "Mannam", Name: "mannam.log.dropped" })
                to.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>(
            (_, value, tags, _) =>
            {
                foreach (var tag in tags)
                    measured += tag is { Key: "stream", Value: string name } && name == stream ? value : 0;
            }
        );
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;
    }
}
