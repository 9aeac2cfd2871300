using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.PostgreSql;

/// <summary>Those who ask the store at the same moment share a round trip, and nothing else.</summary>
public sealed class SharedRoundTripTests(PostgresFixture postgres) : CountingTests(postgres)
{
    [Fact]
    public async Task Who_asks_while_others_are_asked_for_shares_the_next_round_trip()
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
    public async Task What_is_asked_for_several_knows_nothing_of_who_asked_first()
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
    public async Task With_two_round_trips_allowed_the_second_starts_and_the_others_share_the_next()
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
        // Nobody is under way any more: two may be again.
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
    public async Task What_fails_fails_for_those_who_asked_together_and_not_for_the_next()
    {
        var shared = new RequestBatcher<int, int>(questions =>
            questions.Contains(2) ? throw new IOException("lost") : Task.FromResult<IReadOnlyList<int>>([.. questions])
        );

        await Assert.ThrowsAsync<IOException>(() => shared.AskAsync(2));
        Assert.Equal(3, await shared.AskAsync(3));
    }

    [Fact]
    public async Task Who_asks_for_the_same_aggregate_at_the_same_moment_gets_one_of_his_own()
    {
        var counter = await World.StartAsync("counter");
        await counter.CountAsync(1);

        var found = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => counter.Counters().FindAsync(i % 5 == 4 ? 2 : 1)));

        Assert.All(found.Index(), f => Assert.Equal(f.Index % 5 == 4 ? null : 1L, f.Item?.Key));
        var there = found.OfType<Counter>().ToList();
        Assert.Equal(40, there.Distinct(ReferenceEqualityComparer.Instance).Count());
    }
}
