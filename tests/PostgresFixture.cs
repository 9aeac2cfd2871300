using Mannam.Host;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(Mannam.Tests.PostgresFixture))]

namespace Mannam.Tests;

/// <summary>One PostgreSQL server for all tests, started by the first test that needs it. Each test class uses new databases on it.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<PrivatePostgres>> _server = new(StartAsync);
    private int _databases;

    /// <summary>A connection string of an account that may create databases.</summary>
    public async Task<string> ServerAsync() => (await _server.Value).ConnectionString;

    /// <summary>Creates an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var server = await _server.Value;
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name, MaxPoolSize = 8 }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            NpgsqlConnection.ClearAllPools();
            await (await _server.Value).StopAsync();
            Directory.Delete(Data, recursive: true);
        }
    }

    private static string Data => Path.Combine(Path.GetTempPath(), $"mannam-test-{Environment.ProcessId}");

    private static Task<PrivatePostgres> StartAsync() => PrivatePostgres.StartAsync(Data, 600, _ => { }, CancellationToken.None);
}
