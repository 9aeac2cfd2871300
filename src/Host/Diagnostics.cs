using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Mannam.Host;

/// <summary>
/// The counters of a process for benchmarks: <c>GET /-/diagnostics</c> answers <c>{"allocatedBytes":…,"roundTrips":…}</c>, both counted since the
/// start of the process. It exists only if the environment has <c>MANNAM_DIAGNOSTICS=1</c>; otherwise nothing is counted or served.
/// </summary>
/// <remarks>
/// Npgsql reports <c>db.client.operation.npgsql.bytes_written</c> once per flush of its write buffer, and it flushes once per round trip: a BEGIN is
/// sent with the next command, a COMMIT is one flush, a batch is one. So the number of reports is the number of round trips (except for a command
/// over 8 KB, which takes several flushes). It includes those that no command counter sees (COMMIT, LISTEN, resets that are sent separately).
/// </remarks>
public sealed class Diagnostics : IDisposable
{
    /// <summary>The path of <see cref="AnswerAsync"/>.</summary>
    public const string Path = "/-/diagnostics";

    private readonly MeterListener _listener = new();
    private long _roundTrips;

    private Diagnostics()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "Npgsql", Name: "db.client.operation.npgsql.bytes_written" })
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, _, _, _) => Interlocked.Increment(ref _roundTrips));
        _listener.Start();
    }

    /// <summary>Begins to count if the environment asks for it; otherwise null.</summary>
    public static Diagnostics? StartIfAsked() => Environment.GetEnvironmentVariable("MANNAM_DIAGNOSTICS") == "1" ? new Diagnostics() : null;

    /// <summary>Its page, by path; none if nothing is counted.</summary>
    public static IReadOnlyDictionary<string, RequestDelegate> Pages(Diagnostics? diagnostics) =>
        diagnostics is null ? [] : new Dictionary<string, RequestDelegate> { [Path] = diagnostics.AnswerAsync };

    /// <summary>Answers the request of <paramref name="context"/> with the counts.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        var json = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"allocatedBytes":{{GC.GetTotalAllocatedBytes()}},"roundTrips":{{Interlocked.Read(ref _roundTrips)}}}"""
        );
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(json), context.RequestAborted).AsTask();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
