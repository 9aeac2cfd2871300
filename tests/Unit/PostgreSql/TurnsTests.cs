using Mannam.Messaging;
using Xunit;

namespace Mannam.Tests.Unit.PostgreSql;

/// <summary>Changes that wait for rows use a bounded number of connections.</summary>
public sealed class TurnsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private const int Max = 3;
    private readonly KeyedLimiter _turns = new(Max);

    [Fact]
    public async Task Changes_of_one_saga_run_one_after_the_other()
    {
        var (under, most) = (0, 0);

        await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(_ =>
                    _turns.RunAsync(
                        1,
                        async () =>
                        {
                            most = Math.Max(most, Interlocked.Increment(ref under));
                            await Task.Yield();
                            return Interlocked.Decrement(ref under);
                        }
                    )
                )
        );

        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Changes_that_wait_for_a_locked_row_are_refused_with_the_first_one()
    {
        var row = new TaskCompletionSource<bool>();
        var began = 0;
        var all = Enumerable
            .Range(0, 10)
            .Select(_ =>
                Record.ExceptionAsync(() =>
                    _turns.RunAsync(
                        1,
                        () =>
                        {
                            began++;
                            return row.Task;
                        }
                    )
                )
            )
            .ToList();

        row.SetException(new BusyException("held"));

        Assert.All(
            await Task.WhenAll(all.Select(a => a.AsTask())).WaitAsync(Patience, TestContext.Current.CancellationToken),
            e => Assert.IsType<BusyException>(e)
        );
        Assert.Equal(1, began);
        Assert.True(await _turns.RunAsync(1, () => Task.FromResult(true)));
    }

    [Fact]
    public async Task A_change_that_fails_lets_the_next_one_run()
    {
        var failing = _turns.RunAsync<bool>(1, () => Task.FromException<bool>(new InvalidOperationException("it")));

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        Assert.True(await _turns.RunAsync(1, () => Task.FromResult(true)).WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task At_most_the_allowed_number_of_changes_runs_at_once()
    {
        var (go, began) = (new TaskCompletionSource<bool>(), 0);
        var all = Enumerable
            .Range(0, 6)
            .Select(key =>
                _turns.RunAsync(
                    key,
                    () =>
                    {
                        Interlocked.Increment(ref began);
                        return go.Task;
                    }
                )
            )
            .ToList();

        Assert.Equal(Max, Volatile.Read(ref began));

        go.SetResult(true);
        await Task.WhenAll(all).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(6, Volatile.Read(ref began));
    }
}
