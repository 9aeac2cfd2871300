using Mannam.Law;

namespace Mannam.Tests;

/// <summary>Law on one machine. Payment has longer than usual: the tests' machine is busy.</summary>
public sealed class LawMachine(PostgresFixture postgres)
    : SystemMachine(postgres, LawSystem.Declaration, ("Law:Consult:PaymentTimeout", "10000"));
