using Mannam.Messaging;

namespace Mannam.Tests.Chassis.Counting;

/// <summary>Actions of a test at a named failpoint.</summary>
internal static class PointsExtensions
{
    /// <summary>The code fails the next time it reaches the point, like a process that is killed there.</summary>
    public static void FailOnceAt(this Failpoints failpoints, string point)
    {
        var failed = 0;
        failpoints.OnHit = reached =>
            reached == point && Interlocked.Exchange(ref failed, 1) == 0 ? throw new FailedAtException(point) : ValueTask.CompletedTask;
    }

    /// <summary>The first caller that reaches the point waits there until the test releases it; later callers pass.</summary>
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

/// <summary>A point at which a caller waits.</summary>
internal sealed class Hold
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a caller has reached the point.</summary>
    public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Lets the caller go on.</summary>
    public void Release() => _released.TrySetResult();

    internal async ValueTask WaitAsync()
    {
        _reached.TrySetResult();
        // A test that fails before the release must not hang.
        await _released.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }
}

/// <summary>A failure that a test caused at a point.</summary>
internal sealed class FailedAtException(string point) : Exception($"failed at {point}");
