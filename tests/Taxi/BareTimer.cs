using System.Diagnostics;

namespace Mannam.Tests.Taxi;

/// <summary>How long something takes, less what the tests' machine was late at that moment: beside it a bare timer is measured.</summary>
internal static class BareTimer
{
    /// <summary>Runs it.</summary>
    /// <param name="what">What is measured.</param>
    /// <param name="expected">The time of the bare timer: that which it is expected to take.</param>
    public static async Task<(T Result, TimeSpan Took)> BesideAsync<T>(Func<Task<T>> what, TimeSpan expected)
    {
        var late = LateAsync(expected);
        var began = Stopwatch.GetTimestamp();
        var result = await what();
        var took = Stopwatch.GetElapsedTime(began);
        return (result, took - await late);
    }

    /// <summary>How late a bare timer is.</summary>
    public static async Task<TimeSpan> LateAsync(TimeSpan expected)
    {
        var began = Stopwatch.GetTimestamp();
        await Task.Delay(expected);
        return Stopwatch.GetElapsedTime(began) - expected;
    }

    /// <summary>The one in the middle.</summary>
    public static TimeSpan Median(this IEnumerable<TimeSpan> times)
    {
        TimeSpan[] sorted = [.. times.Order()];
        return sorted[sorted.Length / 2];
    }
}
