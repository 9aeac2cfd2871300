using Mannam.Messaging;
using Xunit;

namespace Mannam.Tests.Unit.PostgreSql;

/// <summary>What changes of rows hold is bounded, however many wait.</summary>
public sealed class TurnsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private const int Max = 3;
    private readonly KeyedLimiter _turns = new(Max);

    [Fact]
    public async Task Changes_of_one_saga_go_one_after_the_other()
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
    public async Task All_who_wait_for_a_held_row_are_refused_with_the_first()
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
    public async Task A_change_that_fails_otherwise_gives_the_turn_to_the_next()
    {
        var failing = _turns.RunAsync<bool>(1, () => Task.FromException<bool>(new InvalidOperationException("it")));

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        Assert.True(await _turns.RunAsync(1, () => Task.FromResult(true)).WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Changes_of_all_sagas_together_leave_one_connection_to_others()
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
