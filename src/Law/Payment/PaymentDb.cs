using Mannam.PostgreSql;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Law.Payment;

internal sealed class PaymentDb(DbContextOptions<PaymentDb> options) : ServiceDb<Payment>(options, "payments");
