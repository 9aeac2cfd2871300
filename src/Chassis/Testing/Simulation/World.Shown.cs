using System.Text.Json.Nodes;
using Npgsql;

namespace Mannam.Testing;

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

    /// <summary>The database of a service by its full name.</summary>
    public NpgsqlDataSource StoreOf(string service) => this[service].Store;
}
