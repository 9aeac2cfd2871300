using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Mannam.Bench.Load;
using Mannam.Bench.Stand;

namespace Mannam.Bench.Siege;

/// <summary>
/// The documents' load: 100 users for a minute, by <c>siege</c> itself, with the documents' body and payment delay. The ceiling is the rate of 100 users who
/// wait only for the payment. Then the same users while payment hangs for some time.
/// </summary>
internal static class SiegeBenchmark
{
    // The documents' delay: 400 ms plus up to 220 ms at random.
    private const int Delay = 400;
    private const int Jitter = 220;
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(15);
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });

    internal static Task<int> RunAsync(Arguments arguments)
    {
        var (users, seconds) = (arguments.Number("--connections", 100), arguments.Number("--seconds", 60));
        var warmUp = arguments.Number("--warm-up", 12_000);
        var besieged = Besieged.Of(arguments.Text("--systems", "taxi"));
        return TestStand.RunAsync(
            arguments,
            async stand =>
            {
                await using var mannam = await stand.MannamAsync();
                TestStand.Progress($"warming up: {warmUp} requests");
                // A cold start may refuse some requests; then the circuit closes again.
                var request = LoadRun.Bytes("POST", besieged.Path, mannam.Endpoint, besieged.Body);
                await LoadRun.RunAsync(mannam.Endpoint, 16, warmUp, _ => request, stand.Stop);
                await Task.Delay(Calm, stand.Stop);
                await SetProviderAsync(mannam, new { delay = Delay, jitter = Jitter }, stand.Stop);
                TestStand.Progress($"siege -c{users} -t{seconds}S");
                Print(await SiegeAsync(mannam, besieged, users, seconds, stand.Stop), besieged, users, seconds);
                await new Outage(mannam, besieged, users, mode => SetProviderAsync(mannam, new { mode }, stand.Stop)).RunAsync(stand.Stop);
                TestStand.Progress("comparing charges with requests");
                Console.WriteLine(await Money.CompareAsync(stand.Postgres, besieged, stand.Stop));
                Console.WriteLine();
            }
        );
    }

    private static async Task SetProviderAsync(Side mannam, object settings, CancellationToken ct)
    {
        using var answer = await Http.PatchAsJsonAsync(new Uri($"http://{mannam.Endpoint}/provider/settings"), settings, ct);
        answer.EnsureSuccessStatusCode();
    }

    private static void Print(JsonNode siege, Besieged besieged, int users, int seconds)
    {
        double Of(string name) => (double)siege[name]!;
        var ceiling = users / ((Delay + Jitter / 2.0) / 1000);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"siege -b -c{users} -t{seconds}S, payment {Delay} + 0…{Jitter} ms, timeout 610 ms: {Of("transactions"):0} transactions, {Of("failed_transactions"):0} failed, availability {Of("availability"):0.00} % (the documented system: {besieged.Documented:0.00} %)"
            )
        );
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"rate {Of("transaction_rate"):0.0}/s, ceiling {ceiling:0.0}/s, ratio {Of("transaction_rate") / ceiling:0.00}; response time {Of("response_time") * 1000:0} ms on average, {Of("longest_transaction") * 1000:0} ms at most"
            )
        );
        Console.WriteLine();
    }

    private static async Task<JsonNode> SiegeAsync(Side mannam, Besieged besieged, int users, int seconds, CancellationToken ct)
    {
        var home = Directory.CreateTempSubdirectory("mannam-siege-").FullName;
        try
        {
            var start = new ProcessStartInfo(
                "siege",
                [
                    .. new[]
                    {
                        "-b",
                        "-j",
                        "-q",
                        $"-c{users}",
                        $"-t{seconds}S",
                        "--no-parser",
                        "--no-follow",
                        "--content-type",
                        "application/json",
                    },
                    $"http://{mannam.Endpoint}{besieged.Path} POST {besieged.Body}",
                ]
            )
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            // siege writes its configuration and log there.
            start.Environment["HOME"] = home;
            using var siege = Process.Start(start)!;
            var (output, errors) = (siege.StandardOutput.ReadToEndAsync(ct), siege.StandardError.ReadToEndAsync(ct));
            try
            {
                await siege.WaitForExitAsync(ct);
            }
            catch (OperationCanceledException)
            {
                siege.Kill();
                throw;
            }
            var text = await output;
            return text.Contains('{', StringComparison.Ordinal)
                ? JsonNode.Parse(text[text.IndexOf('{', StringComparison.Ordinal)..(text.LastIndexOf('}') + 1)])!
                : throw new BenchmarkFailedException($"siege did not tell what it found: {text}{await errors}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new BenchmarkFailedException("siege is not installed: apt-get install siege");
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }
}
