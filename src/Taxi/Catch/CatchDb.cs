using Mannam.Chassis.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Taxi.Catch;

internal sealed class CatchDb(DbContextOptions<CatchDb> options) : ServiceDb(options)
{
    protected override void Map(ModelBuilder model) => model.Entity<Catch>().ToTable("catches");
}
