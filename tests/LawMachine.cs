using Mannam.Law;

namespace Mannam.Tests;

/// <summary>Law in one process. The payment timeout is long, because the test machine is busy.</summary>
public sealed class LawMachine(PostgresFixture postgres)
    : SystemMachine(postgres, LawSystem.Declaration, ("Law:Consult:PaymentTimeout", "10000"));
