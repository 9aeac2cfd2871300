using Mannam.Abstractions;
using Mannam.Host.Commands;
using Npgsql;

namespace Mannam.Host;

/// <summary>The database of an installation's service, for a command. The service may run or not.</summary>
internal static class ServiceStore
{
    /// <summary>Runs an action on the database.</summary>
    /// <exception cref="InstallationException">The database does not exist, or the server is unreachable.</exception>
    public static async Task UseAsync(Installation installation, string service, Func<NpgsqlDataSource, Task> use, CancellationToken ct)
    {
        var record = installation.Recall();
        var (server, started) = await installation.PostgresAsync(ct);
        try
        {
            await UseAsync(server, record.DatabasePrefix, service, use);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidCatalogName)
        {
            throw new InstallationException($"{service} never ran in {installation.Folder}.");
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable)
        {
            throw new InstallationException($"{service} never ran with this version in {installation.Folder}; start it once.");
        }
        catch (NpgsqlException e) when (e is not PostgresException)
        {
            throw new InstallationException($"PostgreSQL of {installation.Folder} cannot be reached: {e.Message}");
        }
        finally
        {
            if (started is not null)
                await started.DisposeAsync();
        }
    }

    /// <summary>Runs an action on the database of a service in its own process.</summary>
    public static async Task UseAsync(string server, string prefix, string service, Func<NpgsqlDataSource, Task> use)
    {
        await using var database = NpgsqlDataSource.Create(new Databases(server, prefix).Service(service));
        await use(database);
    }

    /// <summary>The declaration of a service, by its full name.</summary>
    /// <exception cref="InstallationException">The name is unknown. The message lists the known ones.</exception>
    public static ServiceDeclaration Declared(IReadOnlyCollection<ServiceDeclaration> services, string name) =>
        services.FirstOrDefault(s => s.FullName == name)
        ?? throw new InstallationException($"there is no service {name}; there are {string.Join(", ", services.Select(s => s.FullName))}.");

    /// <summary>All services.</summary>
    public static IReadOnlyCollection<ServiceDeclaration> All { get; } =
    [.. Up.AllSystems.SelectMany(s => s.Services), Payments.Provider.ProviderService.Declaration];
}
