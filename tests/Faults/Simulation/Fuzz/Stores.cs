using System.Diagnostics;
using System.Globalization;
using Mannam.Abstractions;
using Mannam.Host;
using Mannam.Payments.Provider;
using Mannam.Testing;
using Npgsql;

namespace Mannam.Simulation.Fuzz;

/// <summary>The databases of the program under test, looked at past it.</summary>
internal sealed class Stores : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly IReadOnlyList<ServiceDeclaration> services;
    private readonly Dictionary<string, NpgsqlDataSource> stores;

    public Stores(SimulatedBusiness business, string server, string prefix)
    {
        services = [ProviderService.Declaration, .. business.System.Services];
        var databases = new Databases(server, prefix);
        stores = services.ToDictionary(s => s.FullName, s => Open(databases.Service(s.FullName)));
        // Its topic is called as the system is, unless configured otherwise.
        Log = Open(databases.Log(business.System.Name));
    }

    public NpgsqlDataSource Log { get; }

    public NpgsqlDataSource this[string service] => stores[service];

    /// <summary>The services that have one.</summary>
    public IReadOnlyList<ServiceDeclaration> Services => services;

    // Few connections, and not the plans of what is called a thousand times.
    private static NpgsqlDataSource Open(string connection) =>
        NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(connection)
            {
                MaxPoolSize = 2,
                MaxAutoPrepare = 0,
                ApplicationName = "fuzz",
                Options = "",
            }
        );

    /// <summary>Waits until nothing is left to be done.</summary>
    /// <exception cref="TimeoutException">There was something left for long.</exception>
    public async Task SettledAsync(Records records)
    {
        for (var began = Stopwatch.GetTimestamp(); await LeftAsync(records) is { } left; await Task.Delay(50))
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new TimeoutException(left);
        }
    }

    // An event is in the topic before it leaves the outbox, and what it raises is owed before it counts as handled: first what is owed, then what is unhandled, then
    // again what is owed.
    private async Task<string?> LeftAsync(Records records)
    {
        if (await OwedAsync() is { } owed)
            return owed;
        foreach (var service in services.Where(s => s.SubscribesTo.Count > 0))
        {
            if (await records.CheckPositionsAsync(service.Name, stores[service.FullName], service.SubscribesTo) is [var behind, ..])
                return behind.Details;
        }
        return await OwedAsync();
    }

    private async Task<string?> OwedAsync()
    {
        foreach (var service in services.Where(s => s.System.Length > 0))
        {
            await using var command = stores[service.FullName].CreateCommand(Settling.Owed);
            await using var row = await command.ExecuteReaderAsync();
            await row.ReadAsync();
            if (row.GetInt64(0) + row.GetInt64(1) + row.GetInt64(2) > 0)
                return $"{service.Name}: {row.GetInt64(0)} unsent, {row.GetInt64(1)} owed, {row.GetInt64(2)} waiting {row.GetString(3)}";
        }
        return null;
    }

    /// <summary>What is stored, table by table: how many rows, and a digest of all of them.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ContentAsync()
    {
        var content = new Dictionary<string, string>();
        foreach (var (name, store) in stores.Append(new("log", Log)))
        {
            foreach (var table in await TablesAsync(store))
            {
                // Housekeeping has its own hours.
                var which = table == "due" ? "where key <> 0" : "";
                await using var command = store.CreateCommand(
                    $"select count(*) || ' rows ' || coalesce(md5(string_agg(r, '' order by r)), '') from (select t::text r from public.\"{table}\" t {which}) s"
                );
                content[$"{name}.{table}"] = (string)(await command.ExecuteScalarAsync())!;
            }
        }
        return content;
    }

    private static async Task<List<string>> TablesAsync(NpgsqlDataSource store)
    {
        await using var command = store.CreateCommand("select tablename from pg_tables where schemaname = 'public' order by tablename");
        await using var rows = await command.ExecuteReaderAsync();
        var tables = new List<string>();
        while (await rows.ReadAsync())
            tables.Add(rows.GetString(0));
        return tables;
    }

    /// <summary>The highest number that a sequence gave.</summary>
    public async Task<long> LastAsync((string Service, string Sequence) ids)
    {
        await using var command = stores[ids.Service]
            .CreateCommand($"select case when is_called then last_value else 0 end from {ids.Sequence}");
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>Cuts the connections of a service to its store.</summary>
    public async Task CutAsync(string service)
    {
        await using var command = stores[service]
            .CreateCommand(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and application_name <> 'fuzz'"
            );
        await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in stores.Values)
            await store.DisposeAsync();
        await Log.DisposeAsync();
    }
}
