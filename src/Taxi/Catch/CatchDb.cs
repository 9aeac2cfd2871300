using Mannam.PostgreSql;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Taxi.Catch;

internal sealed class CatchDb(DbContextOptions<CatchDb> options) : ServiceDb<Catch>(options, "catches");
