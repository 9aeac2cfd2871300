using Mannam.Taxi;

namespace Mannam.Tests;

/// <summary>Taxi in one process. The payment timeout is long, because the test machine is busy.</summary>
public sealed class TaxiMachine(PostgresFixture postgres)
    : SystemMachine(postgres, TaxiSystem.Declaration, ("Taxi:Catch:PaymentTimeout", "10000"));
