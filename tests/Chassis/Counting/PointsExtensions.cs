using Mannam.Messaging;

namespace Mannam.Tests.Chassis.Counting;

/// <summary>What a test lets happen at a named point.</summary>
internal static class PointsExtensions
{
    /// <summary>The next time the point is reached, the code there fails, as a process that is killed there goes no further.</summary>
    public static void FailOnceAt(this Failpoints failpoints, string point)
    {
        var failed = 0;
        failpoints.OnHit = reached =>
            reached == point && Interlocked.Exchange(ref failed, 1) == 0 ? throw new FailedAtException(point) : ValueTask.CompletedTask;
    }

    /// <summary>Whoever is the first to reach the point waits there until the test goes on; the others pass.</summary>
    public static Hold HoldOnceAt(this Failpoints failpoints, string point)
    {
        var hold = new Hold();
        var held = 0;
        failpoints.OnHit = reached =>
            reached == point && Interlocked.Exchange(ref held, 1) == 0 ? hold.WaitAsync() : ValueTask.CompletedTask;
        return hold;
    }

    /// <summary>Runs something each time the point is reached.</summary>
    public static void RunAt(this Failpoints failpoints, string point, Action what) =>
        failpoints.OnHit = reached =>
        {
            if (reached == point)
                what();
            return ValueTask.CompletedTask;
        };
}

/// <summary>A point at which somebody waits.</summary>
internal sealed class Hold
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Somebody has come.</summary>
    public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Lets them go on.</summary>
    public void Release() => _released.TrySetResult();

    internal async ValueTask WaitAsync()
    {
        _reached.TrySetResult();
        // A test that failed before it let go must not hang.
        await _released.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }
}

/// <summary>What a test made happen at a point.</summary>
internal sealed class FailedAtException(string point) : Exception($"failed at {point}");
