using Mannam.PostgreSql;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Taxi.Pickup;

internal sealed class PickupDb(DbContextOptions<PickupDb> options) : ServiceDb<Match>(options, "matches");
