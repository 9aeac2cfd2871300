using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>The model of a context, built once per process.</summary>
/// <remarks>EF Core keeps models and queries in one cache of limited size. Many different queries remove a model from it. The next context then builds a new
/// model, and all compiled queries refuse it.</remarks>
internal static class ContextModel<TDb>
    where TDb : DbContext
{
    private static readonly Lazy<IModel> Built = new(Build);

    /// <summary>The model of all contexts of this type, for any database.</summary>
    public static IModel Model => Built.Value;

    /// <summary>Configures a context for this database, with only what the hot path needs.</summary>
    private static void Configure(DbContextOptionsBuilder options, NpgsqlDataSource database) =>
        options.EnableThreadSafetyChecks(false).UseNpgsql(database).UseModel(Model);

    /// <summary>A factory of contexts on these connections.</summary>
    public static IDbContextFactory<TDb> Contexts(NpgsqlDataSource database, int poolSize)
    {
        var options = new DbContextOptionsBuilder<TDb>();
        Configure(options, database);
        return new PooledDbContextFactory<TDb>(options.Options, poolSize);
    }

    // EF Core creates all its services again if options differ in more than database and model, even in their order.
    private static IModel Build()
    {
        var options = new DbContextOptionsBuilder<TDb>().EnableThreadSafetyChecks(false).UseNpgsql().Options;
        using var db = (TDb)Activator.CreateInstance(typeof(TDb), options)!;
        return db.Model;
    }
}
