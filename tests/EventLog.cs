using System.Text.Json.Nodes;
using Npgsql;

namespace Mannam.Tests;

/// <summary>The published events of a saga, as stored in the topic.</summary>
internal static class EventLog
{
    /// <summary>A record: its envelope and its value.</summary>
    public sealed record Published(long Key, JsonObject Headers, JsonObject Value)
    {
        public string Type => Header("ce_type");

        public string Header(string name) => (string)Headers[name]!;
    }

    /// <summary>All events of a saga in the order of the topic. A saga has one partition.</summary>
    public static async Task<IReadOnlyList<Published>> OfAsync(PostgresFixture postgres, SystemMachine machine, long key)
    {
        var log = new NpgsqlConnectionStringBuilder(await postgres.ServerAsync())
        {
            Database = $"{machine.Prefix}{machine.System.Name}_log",
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(log.ToString());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """select key, headers, value from log where key = $1 order by partition, "offset" """,
            connection
        )
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = key } },
        };
        await using var rows = await command.ExecuteReaderAsync();
        var published = new List<Published>();
        while (await rows.ReadAsync())
            published.Add(new(rows.GetInt64(0), Json(rows.GetString(1)), Json(rows.GetString(2))));
        return published;
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
