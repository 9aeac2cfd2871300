using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.PostgreSql;

/// <summary>Concurrent reads share a round trip to the store, and nothing else.</summary>
public sealed class SharedRoundTripTests(PostgresFixture postgres) : CountingTests(postgres)
{
    [Fact]
    public async Task Reads_that_arrive_during_a_round_trip_share_the_next_one()
    {
        var asked = new List<int[]>();
        var first = new TaskCompletionSource();
        var shared = new RequestBatcher<int, int>(async questions =>
        {
            asked.Add([.. questions]);
            if (asked.Count == 1)
                await first.Task;
            return [.. questions.Select(q => q * 10)];
        });

        var answers = Enumerable.Range(1, 5).Select(shared.AskAsync).ToList();
        first.SetResult();

        int[] answered = await Task.WhenAll(answers);
        Assert.Equal([10, 20, 30, 40, 50], answered);
        Assert.Equal(
            [
                [1],
                [2, 3, 4, 5],
            ],
            asked
        );
    }

    [Fact]
    public async Task A_shared_round_trip_carries_no_ambient_state_of_its_callers()
    {
        var who = new AsyncLocal<string?>();
        var known = new List<string?>();
        var first = new TaskCompletionSource();
        var shared = new RequestBatcher<int, int>(async questions =>
        {
            known.Add(who.Value);
            await first.Task;
            known.Add(who.Value);
            return [.. questions];
        });

        var answers = Enumerable.Range(1, 3).Select(AskAsync).ToList();
        first.SetResult();
        await Task.WhenAll(answers);

        Assert.Equal(4, known.Count);
        Assert.All(known, Assert.Null);
        Assert.Null(who.Value);

        async Task AskAsync(int question)
        {
            who.Value = $"{question}";
            await shared.AskAsync(question);
            Assert.Equal($"{question}", who.Value);
        }
    }

    [Fact]
    public async Task Two_round_trips_run_at_once_if_allowed_and_further_reads_share_the_next()
    {
        var asked = new List<int[]>();
        var held = new List<TaskCompletionSource>();
        var shared = new RequestBatcher<int, int>(
            async questions =>
            {
                asked.Add([.. questions]);
                var answer = new TaskCompletionSource();
                held.Add(answer);
                await answer.Task;
                return [.. questions.Select(q => q * 10)];
            },
            atOnce: 2
        );

        var answers = Enumerable.Range(1, 5).Select(shared.AskAsync).ToList();

        Assert.Equal(
            [
                [1],
                [2],
            ],
            asked
        );
        held[1].SetResult();
        Assert.Equal(20, await answers[1]);
        Assert.Equal([3, 4, 5], asked[2]);
        Assert.False(answers[0].IsCompleted);
        held[0].SetResult();
        held[2].SetResult();
        int[] answered = await Task.WhenAll(answers);
        Assert.Equal([10, 20, 30, 40, 50], answered);
        // No round trip is under way any more, so two may start again.
        _ = shared.AskAsync(6);
        _ = shared.AskAsync(7);
        _ = shared.AskAsync(8);
        Assert.Equal(
            [
                [6],
                [7],
            ],
            asked[3..]
        );
    }

    [Fact]
    public async Task A_failed_round_trip_fails_only_for_the_reads_that_shared_it()
    {
        var shared = new RequestBatcher<int, int>(questions =>
            questions.Contains(2) ? throw new IOException("lost") : Task.FromResult<IReadOnlyList<int>>([.. questions])
        );

        await Assert.ThrowsAsync<IOException>(() => shared.AskAsync(2));
        Assert.Equal(3, await shared.AskAsync(3));
    }

    [Fact]
    public async Task Concurrent_reads_of_one_aggregate_each_get_their_own_instance()
    {
        var counter = await World.StartAsync("counter");
        await counter.CountAsync(1);

        var found = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => counter.Counters().FindAsync(i % 5 == 4 ? 2 : 1)));

        Assert.All(found.Index(), f => Assert.Equal(f.Index % 5 == 4 ? null : 1L, f.Item?.Key));
        var there = found.OfType<Counter>().ToList();
        Assert.Equal(40, there.Distinct(ReferenceEqualityComparer.Instance).Count());
    }
}
