using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Mannam.Host;

/// <summary>
/// What a benchmark asks a running process: <c>GET /-/diagnostics</c> answers
/// <c>{"allocatedBytes":…,"roundTrips":…}</c>, both counted since the process began. There only when
/// <c>MANNAM_DIAGNOSTICS=1</c> is in the environment; otherwise nothing is listened to and nothing is served.
/// </summary>
/// <remarks>
/// Npgsql reports <c>db.client.operation.npgsql.bytes_written</c> once for each flush of its write buffer, and it flushes
/// once for each round trip: a BEGIN rides with the command after it, a COMMIT is a flush of its own, a batch is one. So the
/// number of reports is the number of round trips (but for a command over 8 KB, which takes several flushes), also of the ones
/// that no command counter sees (COMMIT, LISTEN, resets that could not be put before a command).
/// </remarks>
public sealed class Diagnostics : IDisposable
{
    /// <summary>The path at which <see cref="AnswerAsync"/> is to be served.</summary>
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

    /// <summary>Begins to count, if the environment asks for it; otherwise null.</summary>
    public static Diagnostics? StartIfAsked() => Environment.GetEnvironmentVariable("MANNAM_DIAGNOSTICS") == "1" ? new Diagnostics() : null;

    /// <summary>Its page, by its path; none when nothing is counted.</summary>
    public static IReadOnlyDictionary<string, RequestDelegate> Pages(Diagnostics? diagnostics) =>
        diagnostics is null ? [] : new Dictionary<string, RequestDelegate> { [Path] = diagnostics.AnswerAsync };

    /// <summary>Writes the counts as the answer to <paramref name="context"/>'s request.</summary>
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
