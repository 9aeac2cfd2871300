using Mannam.Taxi;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Scenarios.Marketing;

/// <summary>A new service joins only by subscribing, and leaves without a trace.</summary>
public sealed class MarketingJoins(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>
{
    private static readonly Mannam.Abstractions.SystemDeclaration WithMarketing = TaxiSystem.Declaration with
    {
        Services = [.. TaxiSystem.Declaration.Services, Marketing.Declaration],
    };

    [Fact]
    public async Task A_new_service_reads_all_history_follows_events_and_leaves_no_trace()
    {
        var (kept, cancelled) = (await taxi.OfferAsync(customer: "Peter"), await taxi.OfferAsync(customer: "Paul"));
        await taxi.Http.CancelAsync(cancelled).Gives(200);
        await taxi.Machine.SettledAsync(cancelled);
        var before = await RowsAsync();
        await taxi.Http.AskAsync("GET /recommendations").Refuses(404);

        await StartAsync(withMarketing: true);
        await taxi.Machine.SettledAsync(kept);
        Assert.Equal([(kept, "Peter", false), (cancelled, "Paul", true)], await RecommendedAsync());
        Assert.Equal(before, await RowsAsync());
        var next = await taxi.OfferAsync(customer: "Mary");
        Assert.Equal((next, "Mary", false), (await RecommendedAsync())[^1]);

        var joined = await RowsAsync();
        await StartAsync(withMarketing: false);
        Assert.Equal(joined, await RowsAsync());
        await taxi.Http.AskAsync("GET /recommendations").Refuses(404);
        Assert.DoesNotContain("marketing", (await taxi.Http.AskAsync("GET /health/ready").Gives(200)).Body, StringComparison.Ordinal);
        await taxi.Http.TakeAsync(kept, "Speedmate").Gives(201);
        await taxi.Machine.SettledAsync(kept);
        await TaxiAgreement.CheckAsync(taxi.Http, kept);
        await TaxiAgreement.CheckAsync(taxi.Http, await taxi.OfferAsync());
    }

    private async Task StartAsync(bool withMarketing)
    {
        taxi.System = withMarketing ? WithMarketing : TaxiSystem.Declaration;
        await taxi.StartAsync();
    }

    private async Task<List<(long, string, bool)>> RecommendedAsync() =>
        [
            .. (await taxi.Http.AskAsync("GET /taxi/recommendations").Gives(200))
                .Rows("recommendations")
                .Select(r => ((long)r["id"]!, (string)r["customer"]!, (bool)r["cancelled"]!)),
        ];

    /// <summary>The number of rows of every table of the other services, and of the topic.</summary>
    private async Task<List<string>> RowsAsync()
    {
        var rows = new List<string>();
        foreach (var database in new[] { "provider", "taxi_catch", "taxi_payment", "taxi_pickup", "taxi_mypage", "taxi_log" })
            rows.AddRange(await RowsAsync(database));
        return rows;
    }

    private async Task<List<string>> RowsAsync(string database)
    {
        var place = new NpgsqlConnectionStringBuilder(await postgres.ServerAsync()) { Database = taxi.Prefix + database, Pooling = false };
        await using var connection = new NpgsqlConnection(place.ToString());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            select format('%s.%s: %s', $1, tablename, query_to_xml(format('select count(*) from %I', tablename), false, true, ''))
            from pg_tables where schemaname = 'public' order by tablename
            """,
            connection
        )
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = database } },
        };
        await using var tables = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await tables.ReadAsync())
            rows.Add(tables.GetString(0));
        return rows;
    }
}
