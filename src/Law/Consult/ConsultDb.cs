using Mannam.Chassis.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Law.Consult;

internal sealed class ConsultDb(DbContextOptions<ConsultDb> options) : ServiceDb<Consult>(options, "consults");
