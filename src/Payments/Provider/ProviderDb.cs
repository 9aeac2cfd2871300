using Microsoft.EntityFrameworkCore;

namespace Mannam.Payments.Provider;

internal sealed class ProviderDb(DbContextOptions<ProviderDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        var charge = modelBuilder.Entity<Charge>().ToTable("charges");
        charge.HasKey(c => c.Name);
        charge.Property(c => c.Name).HasColumnName("name");
        charge.Property(c => c.Amount).HasColumnName("amount");
        charge.Property(c => c.State).HasColumnName("state");
        var movement = modelBuilder.Entity<Movement>().ToTable("ledger");
        movement.Property(m => m.Id).HasColumnName("id").UseIdentityByDefaultColumn();
        movement.Property(m => m.Name).HasColumnName("name");
        movement.Property(m => m.Action).HasColumnName("action");
        movement.Property(m => m.Amount).HasColumnName("amount");
        movement.Property(m => m.At).HasColumnName("at");
        var settings = modelBuilder.Entity<ProviderSettings>().ToTable("settings");
        settings.Property(s => s.Id).HasColumnName("id").ValueGeneratedNever();
        settings.Property(s => s.DeclineAbove).HasColumnName("decline_above");
        settings.Property(s => s.Delay).HasColumnName("delay");
        settings.Property(s => s.Jitter).HasColumnName("jitter");
        settings.Property(s => s.Mode).HasColumnName("mode");
    }
}
