using System.Globalization;
using System.Net;
using System.Text;
using Mannam.Host;
using Xunit;

namespace Mannam.Tests.Host;

public sealed class IdleMemoryTests
{
    private const long Little = IdleMemory.Quiet.Little;
    private const long Worth = IdleMemory.Quiet.Worth;

    [Fact]
    public void Memory_is_returned_three_and_six_quiet_checks_after_much_work()
    {
        Assert.Equal("...x..x.....", Looks([Worth, 0, 0, 0, Little - 1, 0, 0, 0, 0, 0, 0, 0]));
        Assert.Equal(".....x..x", Looks([Worth / 2, 0, Worth / 2, 0, 0, 0, 0, 0, 0]));
        Assert.Equal("...x....x..x..", Looks([Worth, 0, 0, 0, 0, Little, 0, 0, 0, 0, 0, 0, 0, 0]));
    }

    [Fact]
    public void Memory_is_not_returned_during_short_pauses_or_for_constant_light_work()
    {
        Assert.Equal(".........", Looks([Worth, 0, 0, Worth, 0, 0, Worth, 0, 0]));
        Assert.Equal(new string('.', 100), Looks([.. Enumerable.Repeat(Little - 1, 100)]));
    }

    private static string Looks(long[] allocated)
    {
        var (quiet, total) = (new IdleMemory.Quiet(), 0L);
        return string.Concat(allocated.Select(a => quiet.Comes(total += a) ? 'x' : '.'));
    }

    [Fact]
    public async Task Memory_taken_by_a_burst_is_returned_once_the_process_is_idle()
    {
        await using var installed = new Installed();
        var up = await installed.UpAsync();
        var before = Megabytes(up.Id);
        var body = new string(' ', 900_000) + "rubbish";
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 400),
            new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = TestContext.Current.CancellationToken },
            async (_, ct) =>
            {
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                using var answer = await up.Http.PostAsync("catches", content, ct);
                Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            }
        );

        // Without the return of memory 50 to 120 MB more stay. With it at most 25 MB stay, for code compiled meanwhile.
        for (
            var end = DateTime.UtcNow.AddSeconds(30);
            Megabytes(up.Id) > before + 35;
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
