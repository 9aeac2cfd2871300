using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>What a context maps, built once in a process and kept.</summary>
/// <remarks>EF Core keeps models and queries in one cache of bounded size. Enough different queries push a model out of it; the next context then builds
/// another one, which every query compiled ahead refuses from then on.</remarks>
internal static class ContextModel<TDb>
    where TDb : DbContext
{
    private static readonly Lazy<IModel> Built = new(Build);

    /// <summary>The model of all contexts of this type, wherever their databases are.</summary>
    public static IModel Model => Built.Value;

    /// <summary>Lets a context use this database, and nothing that is not needed on the hot path.</summary>
    private static void Configure(DbContextOptionsBuilder options, NpgsqlDataSource database) =>
        options.EnableThreadSafetyChecks(false).UseNpgsql(database).UseModel(Model);

    /// <summary>Contexts on these connections.</summary>
    public static IDbContextFactory<TDb> Contexts(NpgsqlDataSource database, int poolSize)
    {
        var options = new DbContextOptionsBuilder<TDb>();
        Configure(options, database);
        return new PooledDbContextFactory<TDb>(options.Options, poolSize);
    }

    // EF Core makes all its services anew for options that differ in more than the database and the model, be it in their order.
    private static IModel Build()
    {
        var options = new DbContextOptionsBuilder<TDb>().EnableThreadSafetyChecks(false).UseNpgsql().Options;
        using var db = (TDb)Activator.CreateInstance(typeof(TDb), options)!;
        return db.Model;
    }
}
