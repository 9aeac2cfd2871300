using System.Text.Json.Nodes;
using Npgsql;

namespace Mannam.Simulation;

/// <content>What can be seen of it, past its network.</content>
internal sealed partial class World
{
    /// <summary>The service that serves a path.</summary>
    public Service Serving(string path)
    {
        var resource = path.Split('/', '?')[1];
        return Services.First(s => s.Declaration.Paths.Contains(resource));
    }

    /// <summary>What is shown at a path; null where there is nothing, or nobody.</summary>
    public async Task<JsonNode?> ShownAsync(string path) =>
        Serving(path) is { Away: false } service ? await Records.ShownAsync(service.Door, path) : null;

    /// <summary>Whether money was taken for a saga.</summary>
    public async Task<bool> WasPaidAsync(long key)
    {
        await using var command = this["provider"].Store.CreateCommand("select exists (select 1 from ledger where name = $1)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Business.ChargeOf(key) });
        return await command.ExecuteScalarAsync() is true;
    }
}
