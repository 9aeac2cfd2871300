using Mannam.PostgreSql;
using Npgsql;

namespace Mannam.Testing;

/// <summary>The databases of a simulated world on a server, dropped with it.</summary>
/// <param name="server">A connection that may create databases.</param>
/// <param name="prefix">What their names begin with.</param>
internal sealed class SimulatedDatabases(string server, string prefix)
{
    private const int MostConnections = 8;
    private readonly List<string> _names = [];

    /// <summary>Creates one. One that an ended simulation left is dropped before.</summary>
    /// <param name="what">A service such as <c>taxi.catch</c>.</param>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateAsync(string what)
    {
        var name = NameOf(what);
        _names.Add(name);
        await using var source = Administration();
        await ExecuteAsync(source, $"drop database if exists \"{name}\" with (force)");
        await ExecuteAsync(source, $"create database \"{name}\" encoding 'UTF8' template template0");
        return Of(what);
    }

    /// <summary>The connection string of one.</summary>
    public string Of(string what) =>
        Store.Tuned(
            new NpgsqlConnectionStringBuilder(server)
            {
                Database = NameOf(what),
                MaxPoolSize = MostConnections,
                ApplicationName = NameOf(what),
                IncludeErrorDetail = true,
                // The simulated now() is found before PostgreSQL's.
                SearchPath = "public,simulated,pg_catalog",
                // Nothing has to survive the end of the simulation.
                Options = "-c synchronous_commit=off",
            }.ToString()
        );

    /// <summary>Drops all that were created.</summary>
    public async Task DropAsync()
    {
        await using var source = Administration();
        foreach (var name in _names)
            await ExecuteAsync(source, $"drop database if exists \"{name}\" with (force)");
        _names.Clear();
    }

    // PostgreSQL drops a database after a checkpoint, which takes minutes on a busy disk.
    private NpgsqlDataSource Administration() =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server) { Pooling = false, CommandTimeout = 600 }.ToString());

    private string NameOf(string what) => (prefix + what).Replace('.', '_').Replace('-', '_');

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
