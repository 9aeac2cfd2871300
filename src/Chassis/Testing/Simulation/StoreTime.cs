using Npgsql;

namespace Mannam.Testing;

/// <summary>The time as a store has it: PostgreSQL's <c>now()</c>, put in its place.</summary>
internal static class StoreTime
{
    // By the number of the transactions it moves on a little with each commit, so that no two rows are of the same moment.
    private const string Own = """
        create schema if not exists simulated;
        create table if not exists simulated.clock (at timestamptz not null);
        insert into simulated.clock values ('2030-01-01');
        create or replace function simulated.now() returns timestamptz language sql stable as
        $$ select at + pg_snapshot_xmax(pg_current_snapshot())::text::bigint * interval '1 microsecond' from simulated.clock $$;
        """;

    public static async Task AddAsync(string database)
    {
        await using var store = NpgsqlDataSource.Create(database);
        await using var command = store.CreateCommand(Own);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task SetAsync(NpgsqlDataSource store, DateTime at)
    {
        await using var command = store.CreateCommand("update simulated.clock set at = $1");
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = at });
        await command.ExecuteNonQueryAsync();
    }
}
