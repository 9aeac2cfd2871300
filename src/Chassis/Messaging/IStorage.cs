using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Messaging;

/// <summary>Feature of a declaration: where the service is stored.</summary>
internal interface IStorage
{
    /// <summary>Maps the store, unless that was done in this process already: otherwise its start does.</summary>
    void Prepare();

    /// <summary>Opens the store, and makes the service's messaging on it.</summary>
    /// <param name="declaration">The service.</param>
    /// <param name="connectionString">The database that is the service's alone.</param>
    IServiceStore Open(ServiceDeclaration declaration, string connectionString, Failpoints failpoints);

    /// <summary>The service's messaging on the store.</summary>
    ServiceEngine Engine(ServiceDeclaration declaration, IServiceStore store, EngineOptions options);

    /// <summary>Puts what requests read by into the service's container.</summary>
    void Register(IServiceCollection services, IServiceStore store);
}
