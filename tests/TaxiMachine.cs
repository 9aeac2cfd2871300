using Mannam.Taxi;

namespace Mannam.Tests;

/// <summary>Taxi on one machine. Payment has longer than usual: the tests' machine is busy.</summary>
public sealed class TaxiMachine(PostgresFixture postgres)
    : SystemMachine(postgres, TaxiSystem.Declaration, ("Taxi:Catch:PaymentTimeout", "10000"));
