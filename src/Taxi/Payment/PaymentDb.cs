using Mannam.Chassis.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Taxi.Payment;

internal sealed class PaymentDb(DbContextOptions<PaymentDb> options) : ServiceDb(options)
{
    protected override void Map(ModelBuilder model) => model.Entity<Payment>().ToTable("payments");
}
