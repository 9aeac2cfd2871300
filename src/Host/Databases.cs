using Mannam.PostgreSql;
using Npgsql;

namespace Mannam.Host;

/// <summary>The databases of an installation: one per service, and one per topic. Missing ones are created.</summary>
/// <param name="server">A connection that may create databases.</param>
/// <param name="prefix">The prefix of their names.</param>
internal sealed class Databases(string server, string prefix)
{
    /// <summary>The maximum number of a service's connections, besides its relay's.</summary>
    public const int Pool = Store.Connections;

    private const int LogPool = 4;

    /// <summary>The database's name for a service (<c>taxi.catch</c>) or for a topic's log.</summary>
    public string NameOf(string what) => prefix + what.Replace('.', '_').Replace('-', '_');

    public string Service(string fullName) => To(NameOf(fullName), Pool);

    public string Log(string topic) => To(NameOf(topic + "_log"), LogPool);

    /// <summary>The connections that these services and topics need in all, with two for commands and health.</summary>
    public static int Needed(int services, int topics) => services * (Pool + 1) + topics * (LogPool + 1) + 2;

    private string To(string database, int pool) =>
        Store.Tuned(
            new NpgsqlConnectionStringBuilder(server)
            {
                Database = database,
                MaxPoolSize = pool,
                ApplicationName = database,
                IncludeErrorDetail = true,
            }.ToString()
        );

    /// <summary>Checks that the server allows enough connections, and creates missing databases.</summary>
    /// <exception cref="InstallationException">The server allows too few.</exception>
    public async Task EnsureAsync(IReadOnlyCollection<string> names, int connections, CancellationToken ct)
    {
        await using var source = Store.Open(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ToString());
        await using var connection = await source.OpenConnectionAsync(ct);
        var allowed = await NumberAsync(
            connection,
            "select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int",
            ct
        );
        if (allowed < connections)
        {
            throw new InstallationException(
                $"PostgreSQL allows {allowed} connections (max_connections less superuser_reserved_connections), but the pools need {connections}: raise max_connections, or run fewer systems."
            );
        }

        foreach (var name in names)
        {
            if (await NumberAsync(connection, $"select count(*)::int from pg_database where datname = '{name}'", ct) > 0)
                continue;
            await using var create = new NpgsqlCommand($"create database \"{name}\" encoding 'UTF8' template template0", connection);
            try
            {
                await create.ExecuteNonQueryAsync(ct);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
            {
                // Another replica has created it.
            }
        }
    }

    private static async Task<int> NumberAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (int)(await command.ExecuteScalarAsync(ct))!;
    }
}
