using Mannam.PostgreSql;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Law.Board;

internal sealed class BoardDb(DbContextOptions<BoardDb> options) : ServiceDb(options)
{
    protected override void Map(ModelBuilder model)
    {
        model.Entity<History>().ToTable("histories").HasKey(h => h.Key);
        model.Entity<History>().HasMany(h => h.Lines).WithOne().HasForeignKey(l => l.ConsultId);
        model.Entity<Line>().ToTable("lines");
    }
}
