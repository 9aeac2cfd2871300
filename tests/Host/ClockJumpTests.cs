using Xunit;

namespace Mannam.Tests.Host;

/// <summary>Guarantee 10 in a whole process whose clock is set by hours while it runs (libfaketime). Its PostgreSQL keeps the right time.</summary>
public sealed class ClockJumpTests : IAsyncDisposable
{
    private readonly Installed installed = new();

    private string Clock => Path.Combine(installed.Folder, "clock");

    // The system's library. Without root it lies beside the program that the launcher put on the PATH.
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

    // The library may read the file at any time, so it is replaced at once.
    private void Set(string clock)
    {
        File.WriteAllText(Clock + ".new", clock + "\n");
        File.Move(Clock + ".new", Clock, overwrite: true);
    }

    [Theory]
    [LongData("+5h", "-5h")]
    [LongData("-5h", "+5h")]
    public async Task A_due_message_is_done_although_the_clock_jumps(string before, string after)
    {
        Assert.SkipWhen(Library is null, "libfaketime is not installed; ./mannam test installs it");
        Set(before);
        installed.Environment["LD_PRELOAD"] = Library!;
        installed.Environment["FAKETIME_TIMESTAMP_FILE"] = Clock;
        // In seconds. Without a cache the library reads the file at each look at the clock, and a start makes very many.
        installed.Environment["FAKETIME_CACHE_DURATION"] = "1";
        installed.Environment["DONT_FAKE_MONOTONIC"] = "1";
        var up = await installed.UpAsync();
        await IsOffAsync(up, before);
        var id = await up.Http.OrderAsync();
        // The call to the provider fails, so the message is due again.
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

    // Waits until the Date header shows the shift.
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
    /// <summary>Waits until payment's health page shows the detail.</summary>
    public static async Task UntilAsync(this HttpClient http, string detail)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await Calls.AskAsync(http, "GET /health/ready")).Json["services"]!["taxi.payment"]!["details"]![detail] is null)
            await Task.Delay(100, deadline.Token);
    }
}
