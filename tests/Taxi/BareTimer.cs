using System.Diagnostics;

namespace Mannam.Tests.Taxi;

/// <summary>Measures how long something takes, minus the delay of the busy test machine. A bare timer in parallel measures that delay.</summary>
internal static class BareTimer
{
    /// <summary>Runs and measures.</summary>
    /// <param name="what">The code to measure.</param>
    /// <param name="expected">The duration of the bare timer: the expected time.</param>
    public static async Task<(T Result, TimeSpan Took)> BesideAsync<T>(Func<Task<T>> what, TimeSpan expected)
    {
        var late = LateAsync(expected);
        var began = Stopwatch.GetTimestamp();
        var result = await what();
        var took = Stopwatch.GetElapsedTime(began);
        return (result, took - await late);
    }

    /// <summary>The delay of a bare timer.</summary>
    public static async Task<TimeSpan> LateAsync(TimeSpan expected)
    {
        var began = Stopwatch.GetTimestamp();
        await Task.Delay(expected);
        return Stopwatch.GetElapsedTime(began) - expected;
    }

    /// <summary>The median.</summary>
    public static TimeSpan Median(this IEnumerable<TimeSpan> times)
    {
        TimeSpan[] sorted = [.. times.Order()];
        return sorted[sorted.Length / 2];
    }
}
