namespace Mannam.Bench.Baseline;

/// <summary>The database of one service of the baseline. Each statement is its own transaction.</summary>
internal static class Store
{
    /// <summary>The outbox of catch and payment. It is not published; it only adds the cost of an outbox row.</summary>
    internal const string Outbox = """
        CREATE TABLE IF NOT EXISTS outbox (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key bigint NOT NULL, type text NOT NULL, payload text NOT NULL);
        """;

    /// <summary>Creates the database on the server of <paramref name="server"/> if it is missing, and its tables.</summary>
    /// <param name="server">A connection string with the right to create databases.</param>
    /// <param name="name">The database's name; trusted, because it becomes part of a statement.</param>
    /// <param name="tables">The statements that create the tables.</param>
    /// <returns>A pool of at most eight connections, as each of Mannam's services has.</returns>
    internal static async Task<NpgsqlDataSource> OpenAsync(string server, string name, string tables)
    {
        await using (var admin = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server) { Pooling = false }))
        {
            await using var exists = admin.CreateCommand($"SELECT 1 FROM pg_database WHERE datname = '{name}'");
            if (await exists.ExecuteScalarAsync() is null)
            {
                await using var create = admin.CreateCommand($"CREATE DATABASE {name}");
                await create.ExecuteNonQueryAsync();
            }
        }
        var settings = new NpgsqlConnectionStringBuilder(server)
        {
            Database = name,
            MaxPoolSize = 8,
            MaxAutoPrepare = 20,
            AutoPrepareMinUsages = 2,
            // No statement changes a session's state, so a reset would be useless traffic.
            NoResetOnClose = true,
        };
        var store = NpgsqlDataSource.Create(settings);
        await using var schema = store.CreateCommand(tables);
        await schema.ExecuteNonQueryAsync();
        return store;
    }

    /// <summary>Runs one statement as its own transaction, in one round trip.</summary>
    internal static async Task ExecuteAsync(this NpgsqlDataSource store, string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = store.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Runs one statement as its own transaction, in one round trip. Returns its first value as a number, 0 if there is none.</summary>
    internal static async Task<long> QueryNumberAsync(this NpgsqlDataSource store, string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = store.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? reader.GetInt64(0) : 0;
    }

    internal static NpgsqlParameter Number(long value) => new NpgsqlParameter<long>(null!, NpgsqlDbType.Bigint) { TypedValue = value };

    internal static NpgsqlParameter Text(string value) => new NpgsqlParameter<string>(null!, NpgsqlDbType.Text) { TypedValue = value };
}
