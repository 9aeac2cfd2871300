using Mannam.Chassis.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Taxi.Pickup;

internal sealed class PickupDb(DbContextOptions<PickupDb> options) : ServiceDb<Match>(options, "matches");
