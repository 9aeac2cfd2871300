using Mannam.PostgreSql;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Law.Consult;

internal sealed class ConsultDb(DbContextOptions<ConsultDb> options) : ServiceDb<Consult>(options, "consults");
