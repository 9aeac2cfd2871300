using System.Collections.Concurrent;
using System.Diagnostics;
using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Law;
using Mannam.Law.Events;
using Mannam.Law.Schedule;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Mannam.Tests.Insurance;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Law;

/// <summary>A policy reads its facts before its transaction holds locks.</summary>
public sealed class ScheduleIdsTests(PostgresFixture postgres)
{
    private static readonly EventSerializer FromConsult = new(
        "/law/consult",
        Conventions.JsonContextOf(typeof(ConsultPayed)),
        TimeProvider.System
    );
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_gets_its_ids_by_one_query_on_its_own_connection()
    {
        var (database, dealt) = (await postgres.CreateDatabaseAsync(), new Dealt(0));
        await using var schedule = await ServiceHost.StartAsync(ScheduleService.Declaration, EnvironmentOf(database, dealt), Ct);
        var requests = schedule.Services.GetRequiredService<NpgsqlDataSource>();
        var taken = new List<NpgsqlConnection>();
        for (var i = 0; i < ConnectionPools.OfSharedCommits.Commands; i++)
            taken.Add(await requests.OpenConnectionAsync(Ct));
        for (var id = 1; id <= 7; id++)
            dealt.Deal(FromConsult, id, new ConsultPayed { ConsultId = id, Location = "gangnam" });
        using var questions = new Questions(new NpgsqlConnectionStringBuilder(database).Database!, "nextval('schedule_ids')");

        await schedule.Loops["consumer"].StepAsync(Ct);
        foreach (var connection in taken)
            await connection.DisposeAsync();

        Assert.Equal(1, questions.Count);
        await using var ids = requests.CreateCommand("select string_agg(schedule_id::text, ' ' order by key) from schedules");
        Assert.Equal("1 2 3 4 5 6 7", await ids.ExecuteScalarAsync(Ct));
    }

    private static ServiceEnvironment EnvironmentOf(string database, Dealt dealt) =>
        new()
        {
            ConnectionString = database,
            Transport = dealt,
            Topic = "law",
            Publishers = LawSystem.Declaration.Publishers,
            Configuration = new ConfigurationBuilder().Build(),
            InProcess = _ => null,
            RunLoops = false,
        };

    // Counts the statements with a text that Npgsql sent to a database.
    private sealed class Questions : IDisposable
    {
        private readonly ConcurrentBag<string> _asked = [];
        private readonly ActivityListener _listener;

        public Questions(string database, string text)
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == "Npgsql",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStopped = asked =>
                {
                    var tags = string.Join('\n', asked.TagObjects.Select(t => t.Value));
                    if (tags.Contains(database, StringComparison.Ordinal) && tags.Contains(text, StringComparison.Ordinal))
                        _asked.Add(tags);
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public int Count => _asked.Count;

        public void Dispose() => _listener.Dispose();
    }
}
