using Mannam.Tests.Chassis.Kafka;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

// Guarantee 5: transports are equal. These tests run over both.

public sealed class HandledOnceOverKafka(PostgresFixture postgres, KafkaFixture kafka) : HandledOnceTests(postgres, kafka);

public sealed class OrderInProcess(PostgresFixture postgres) : OrderTests(postgres, null);

public sealed class OrderOverKafka(PostgresFixture postgres, KafkaFixture kafka) : OrderTests(postgres, kafka);

public sealed class RelayInProcess(PostgresFixture postgres) : RelayTests(postgres, null);

public sealed class RelayOverKafka(PostgresFixture postgres, KafkaFixture kafka) : RelayTests(postgres, kafka);

[Collection(nameof(Alone))]
public sealed class PromptInProcess(PostgresFixture postgres) : PromptTests(postgres, null);

[Collection(nameof(Alone))]
public sealed class PromptOverKafka(PostgresFixture postgres, KafkaFixture kafka) : PromptTests(postgres, kafka);
