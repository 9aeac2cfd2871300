using System.Globalization;
using System.Net;
using System.Text;
using Mannam.Host;
using Xunit;

namespace Mannam.Tests.Host;

public sealed class IdleMemoryTests
{
    private const long Little = IdleMemory.Idleness.Little - 1;
    private const long Much = IdleMemory.Idleness.Worth;

    [Fact]
    public void It_waits_until_next_to_nothing_is_done_and_for_work_that_was_worth_it()
    {
        var idleness = new IdleMemory.Idleness();

        bool[] begins =
        [
            idleness.Begins(Much),
            idleness.Begins(3 * Much),
            idleness.Begins(3 * Much + Little),
            idleness.Begins(3 * Much + 2 * Little),
            idleness.Begins(4 * Much),
            idleness.Begins(4 * Much + 3 * Little),
            idleness.Begins(4 * Much + 4 * Little),
        ];

        Assert.Equal([false, false, true, false, false, false, true], begins);
    }

    [Fact]
    public async Task What_a_burst_took_goes_back_to_the_machine_once_nothing_happens()
    {
        await using var installed = new Installed();
        var up = await installed.UpAsync();
        var before = Megabytes(up.Id);
        var body = new string(' ', 900_000) + "rubbish";
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 200),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken },
            async (_, ct) =>
            {
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                using var answer = await up.Http.PostAsync("catches", content, ct);
                Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            }
        );

        // Without, it stays 40 to 60 MB above; what was compiled meanwhile is 10 to 20.
        for (
            var end = DateTime.UtcNow.AddSeconds(30);
            Megabytes(up.Id) > before + 30;
            await Task.Delay(200, TestContext.Current.CancellationToken)
        )
            Assert.True(DateTime.UtcNow < end, $"{before:0} MB before the burst, {Megabytes(up.Id):0} MB 30 s after it");
    }

    private static double Megabytes(int process) =>
        double.Parse(
            File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))["VmRSS:".Length..^3],
            CultureInfo.InvariantCulture
        ) / 1024;
}
