using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Mannam.Chassis.Storage;

/// <summary>What a context maps, built once in a process and kept.</summary>
/// <remarks>EF Core keeps models and queries in one cache of bounded size. Enough different queries push a model out of it; the next context then builds
/// another one, which every query compiled ahead refuses from then on.</remarks>
internal static class StoreModel<TDb>
    where TDb : DbContext
{
    private static readonly Lock Building = new();
    private static IModel? _built;

    /// <summary>The model of contexts with these options.</summary>
    public static IModel Of(DbContextOptions options)
    {
        lock (Building)
        {
            if (_built is not null)
                return _built;
            using var db = (TDb)Activator.CreateInstance(typeof(TDb), options)!;
            return _built = db.Model;
        }
    }
}
