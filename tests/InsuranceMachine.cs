using Mannam.Insurance;
using Xunit;

namespace Mannam.Tests;

/// <summary>Insurance in one process. The payment timeout is long, because the test machine is busy.</summary>
public sealed class InsuranceMachine(PostgresFixture postgres)
    : SystemMachine(postgres, InsuranceSystem.Declaration, ("Insurance:Subscription:PaymentTimeout", "10000"));

/// <summary>The tests of Insurance over HTTP share one machine.</summary>
[CollectionDefinition(nameof(InsuranceMachine))]
public sealed class InsuranceTests : ICollectionFixture<InsuranceMachine>;
