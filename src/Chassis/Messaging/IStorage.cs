using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Messaging;

/// <summary>Feature of a declaration: the service's store.</summary>
internal interface IStorage
{
    /// <summary>Builds the store's mapping in advance, once per process. Otherwise the start builds it.</summary>
    void Prepare();

    /// <summary>Opens the store.</summary>
    /// <param name="declaration">The service.</param>
    /// <param name="connectionString">The service's own database.</param>
    IServiceStore Open(ServiceDeclaration declaration, string connectionString, Failpoints failpoints);

    /// <summary>Creates the service's messaging on the store.</summary>
    ServiceEngine Engine(ServiceDeclaration declaration, IServiceStore store, EngineOptions options);

    /// <summary>Registers the services that requests read with.</summary>
    void Register(IServiceCollection services, IServiceStore store);
}
