using Mannam.PostgreSql;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Insurance.Subscription;

internal sealed class SubscriptionDb(DbContextOptions<SubscriptionDb> options) : ServiceDb<Subscription>(options, "subscriptions");
