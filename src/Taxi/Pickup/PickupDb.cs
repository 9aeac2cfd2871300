using Mannam.Chassis.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Taxi.Pickup;

internal sealed class PickupDb(DbContextOptions<PickupDb> options) : ServiceDb(options)
{
    protected override void Map(ModelBuilder model) => model.Entity<Match>().ToTable("matches");
}
