using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.PostgreSql;

/// <summary>Declares a service's store in PostgreSQL.</summary>
public static class PostgresDeclarations
{
    /// <summary>Stores the service in its own PostgreSQL database, mapped from its aggregate (<see cref="ServiceDb{TAggregate}"/>).</summary>
    public static ServiceDeclaration<TAggregate> StoredInPostgreSql<TAggregate>(this ServiceDeclaration<TAggregate> declaration)
        where TAggregate : Aggregate => declaration.StoredIn<ServiceDb<TAggregate>, TAggregate>();

    /// <summary>The same with the service's own context.</summary>
    public static ServiceDeclaration<TAggregate> StoredIn<TDb, TAggregate>(this ServiceDeclaration<TAggregate> declaration)
        where TDb : ServiceDb
        where TAggregate : Aggregate
    {
        ArgumentNullException.ThrowIfNull(declaration);
        declaration.Add(new PostgresStorage<TDb, TAggregate>());
        return declaration;
    }

    /// <summary>The service has ids from this sequence of its store. Its container has the <see cref="IIdSequence"/>.</summary>
    public static TDeclaration WithIdSequence<TDeclaration>(this TDeclaration declaration, string sequence)
        where TDeclaration : ServiceDeclaration
    {
        ArgumentNullException.ThrowIfNull(declaration);
        declaration.Add(new SequenceName(sequence));
        return declaration;
    }

    /// <summary>Stores a service outside the systems, such as the payment provider, in its own PostgreSQL database. It commits each command
    /// separately.</summary>
    public static ServiceDeclaration StoredAloneIn<TDb>(this ServiceDeclaration declaration)
        where TDb : DbContext
    {
        ArgumentNullException.ThrowIfNull(declaration);
        declaration.Add(new PostgresStorage<TDb>());
        return declaration;
    }

    /// <summary>Registers contexts by their own type, and as the service's only <see cref="DbContext"/>.</summary>
    internal static IServiceCollection AddContexts<TDb>(this IServiceCollection services, IDbContextFactory<TDb> contexts)
        where TDb : DbContext => services.AddSingleton(contexts).AddSingleton<IDbContextFactory<DbContext>>(new AnyContexts<TDb>(contexts));

    private sealed class AnyContexts<TDb>(IDbContextFactory<TDb> contexts) : IDbContextFactory<DbContext>
        where TDb : DbContext
    {
        public DbContext CreateDbContext() => contexts.CreateDbContext();
    }

    internal sealed record SequenceName(string Name);

    private sealed class PostgresStorage<TDb, TAggregate> : IStorage
        where TDb : ServiceDb
        where TAggregate : Aggregate
    {
        public void Prepare() => _ = ContextModel<TDb>.Model;

        public IServiceStore Open(ServiceDeclaration declaration, string connectionString, Failpoints failpoints) =>
            new PostgresStore<TDb, TAggregate>(
                (ServiceDeclaration<TAggregate>)declaration,
                connectionString,
                ConnectionPools.OfSharedCommits,
                failpoints,
                declaration.Features<SequenceName>().LastOrDefault()?.Name
            );

        public ServiceEngine Engine(ServiceDeclaration declaration, IServiceStore store, EngineOptions options) =>
            new ServiceEngine<TAggregate>((ServiceDeclaration<TAggregate>)declaration, (PostgresStore<TDb, TAggregate>)store, options);

        public void Register(IServiceCollection services, IServiceStore store)
        {
            var opened = (PostgresStore<TDb, TAggregate>)store;
            services.AddContexts(opened.Contexts).AddSingleton(opened.Commands);
            if (opened.Ids is IdSequence ids)
                services.AddSingleton<IIdSequence>(ids);
        }
    }

    private sealed class PostgresStorage<TDb> : IStorage
        where TDb : DbContext
    {
        public void Prepare() => _ = ContextModel<TDb>.Model;

        public IServiceStore Open(ServiceDeclaration declaration, string connectionString, Failpoints failpoints) =>
            new PostgresStore(declaration, connectionString, ConnectionPools.OfSingleCommits, failpoints);

        public ServiceEngine Engine(ServiceDeclaration declaration, IServiceStore store, EngineOptions options) =>
            new(declaration, store, options);

        public void Register(IServiceCollection services, IServiceStore store)
        {
            var opened = (PostgresStore)store;
            services.AddContexts(ContextModel<TDb>.Contexts(opened.Reads, poolSize: 64)).AddSingleton(opened.Commands);
        }
    }
}
