using Xunit;

namespace Mannam.Tests.Host;

/// <summary>Guarantee 10 with a whole process whose clock of day is set by hours while it runs (libfaketime). Its PostgreSQL keeps the right time.</summary>
public sealed class ClockJumpTests : IAsyncDisposable
{
    private readonly Installed installed = new();

    private string Clock => Path.Combine(installed.Folder, "clock");

    // The system's, or, without root, beside the program that the launcher put on the PATH.
    private static string? Library =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Select(folder => Path.Combine(folder, "../usr/lib"))
            .Prepend("/usr/lib")
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateDirectories(folder, "*-linux-gnu*"))
            .Select(folder => Path.GetFullPath(Path.Combine(folder, "faketime/libfaketimeMT.so.1")))
            .FirstOrDefault(File.Exists);

    public ValueTask DisposeAsync() => installed.DisposeAsync();

    // Read anew at each look, so never half written.
    private void Set(string clock)
    {
        File.WriteAllText(Clock + ".new", clock + "\n");
        File.Move(Clock + ".new", Clock, overwrite: true);
    }

    [Theory]
    [LongData("+5h", "-5h")]
    [LongData("-5h", "+5h")]
    public async Task What_is_due_is_done_though_the_clock_jumps(string before, string after)
    {
        Assert.SkipWhen(Library is null, "libfaketime is not installed; ./mannam test installs it");
        Set(before);
        installed.Environment["LD_PRELOAD"] = Library!;
        installed.Environment["FAKETIME_TIMESTAMP_FILE"] = Clock;
        // Seconds. Without a cache the file is read at each look at the clock, of which a start makes very many.
        installed.Environment["FAKETIME_CACHE_DURATION"] = "1";
        installed.Environment["DONT_FAKE_MONOTONIC"] = "1";
        var up = await installed.UpAsync();
        await IsOffAsync(up, before);
        var id = await up.Http.OrderAsync();
        // Telling the provider fails, and is due again.
        Assert.Equal(0, (await installed.RunAsync("stop", "provider")).Status);
        await TaxiCalls.CancelAsync(up.Http, id).Gives(200);
        await up.Http.UntilAsync("held GiveBackDue");

        Set(after);
        await IsOffAsync(up, after);
        Assert.Equal(0, (await installed.RunAsync("start", "provider")).Status);

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await up.Http.LedgerAsync($"taxi-{id}")).Length < 2)
            await Task.Delay(100, deadline.Token);
        Assert.Equal(["charge 250000", "giveBack 250000"], await up.Http.LedgerAsync($"taxi-{id}"));
    }

    // By what it says of the day itself.
    private static async Task IsOffAsync(Running up, string by)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        double off;
        do
        {
            await Task.Delay(100, deadline.Token);
            using var answer = await up.Http.GetAsync("/health/live", deadline.Token);
            off = Math.Round((answer.Headers.Date!.Value - DateTimeOffset.UtcNow).TotalHours);
        } while (off != (by[0] == '-' ? -5 : 5));
    }
}

internal static class ClockJumpDeeds
{
    /// <summary>Waits until payment's page of health tells it.</summary>
    public static async Task UntilAsync(this HttpClient http, string detail)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await Calls.AskAsync(http, "GET /health/ready")).Json["services"]!["taxi.payment"]!["details"]![detail] is null)
            await Task.Delay(100, deadline.Token);
    }
}
