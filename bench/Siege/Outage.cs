using System.Diagnostics;
using System.Globalization;
using Mannam.Bench.Load;
using Mannam.Bench.Stand;

namespace Mannam.Bench.Siege;

/// <summary>Users who send requests repeatedly, while payment hangs for some time. A user who is refused at once waits a little, as people do.</summary>
/// <param name="mannam">The side to measure.</param>
/// <param name="besieged">The siege.</param>
/// <param name="users">The number of users.</param>
/// <param name="setMode">Sets the provider's mode.</param>
internal sealed class Outage(Side mannam, Besieged besieged, int users, Func<string, Task> setMode)
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Hung = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Refused = TimeSpan.FromMilliseconds(100);
    private readonly long began = Stopwatch.GetTimestamp();
    private readonly List<Answer> answers = [];

    /// <param name="At">When it came, from the beginning.</param>
    /// <param name="Status">Its status; 0 for a broken connection.</param>
    /// <param name="Took">Its latency.</param>
    /// <param name="Recorded">Whether a request was recorded.</param>
    private sealed record Answer(TimeSpan At, int Status, TimeSpan Took, bool Recorded);

    internal async Task RunAsync(CancellationToken ct)
    {
        TestStand.Progress($"{users} users; payment hangs for {Hung.TotalSeconds} s");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var all = Enumerable.Range(0, users).Select(_ => Task.Run(() => UseAsync(over.Token), ct)).ToArray();
        await Task.Delay(Before, ct);
        var hung = Stopwatch.GetElapsedTime(began);
        await setMode("hang");
        await Task.Delay(Hung, ct);
        await setMode("ok");
        var well = Stopwatch.GetElapsedTime(began);
        await Task.Delay(After, ct);
        await over.CancelAsync();
        await Task.WhenAll(all);
        Print(hung, well);
    }

    private async Task UseAsync(CancellationToken over)
    {
        using var connection = new HttpConnection(mannam.Endpoint);
        var request = LoadRun.Bytes("POST", besieged.Path, mannam.Endpoint, besieged.Body);
        while (!over.IsCancellationRequested)
        {
            var asked = Stopwatch.GetTimestamp();
            var answer = await connection.ExchangeAsync(request);
            lock (answers)
                answers.Add(new(Stopwatch.GetElapsedTime(began), answer.Status, Stopwatch.GetElapsedTime(asked), answer.LocationId > 0));
            if (answer.Status == 503)
                await Task.Delay(Refused, CancellationToken.None);
        }
    }

    private void Print(TimeSpan hung, TimeSpan well)
    {
        var usual = answers.Count(a => a.Status == 201 && a.At < hung) / hung.TotalSeconds;
        var meanwhile = answers.FindAll(a => a.At >= hung && a.At < well);
        var refused = meanwhile.FindAll(a => a.Status == 503 && !a.Recorded).ConvertAll(a => a.Took.TotalMilliseconds);
        var opened = meanwhile.Find(a => a.Status == 503 && !a.Recorded)?.At - hung;
        var first = answers.Find(a => a.Status == 201 && a.At > well)?.At - well;
        // The first second with nearly as many successes as before.
        var recovered = Enumerable
            .Range(0, (int)(After.TotalSeconds * 10) - 10)
            .Select(tenth => TimeSpan.FromSeconds(tenth / 10.0))
            .FirstOrDefault(from => PerSecond(well + from) >= 0.9 * usual, TimeSpan.MaxValue);
        var others = answers.Where(a => a.Status is not (201 or 503)).CountBy(a => a.Status).Select(s => $"{s.Value} × {s.Key}").ToList();
        Say($"payment hung for {Hung.TotalSeconds} s under {users} users: {usual:0.0} requests/s before it");
        Say(
            $"the circuit opened {opened?.TotalSeconds:0.0} s after it began to hang; {refused.Count} answers 503 at once: p50 {Table.Share(refused, 0.5):0.0} ms, p99 {Table.Share(refused, 0.99):0.0} ms, worst {Table.Share(refused, 1):0.0} ms; {meanwhile.Count(a => a.Status == 503 && a.Recorded)} were recorded and cancelled"
        );
        Say(
            $"once it answered again: the first success after {first?.TotalSeconds:0.0} s, 0.9 of the rate from {(recovered == TimeSpan.MaxValue ? "never" : recovered.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture))} on; other answers: {(others.Count == 0 ? "none" : string.Join(", ", others))}"
        );
        Console.WriteLine();
    }

    private int PerSecond(TimeSpan from) => answers.Count(a => a.Status == 201 && a.At >= from && a.At < from + TimeSpan.FromSeconds(1));

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
