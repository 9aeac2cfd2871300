namespace Mannam.Kafka;

/// <summary>Which Kafka, and what topics are made like where they are missing.</summary>
public sealed record KafkaOptions
{
    /// <summary>Addresses of brokers to begin with: <c>host:port</c>, separated by commas.</summary>
    public required string Bootstrap { get; init; }

    /// <summary>Partitions of a topic that is made; of one that is there nothing is changed. At least 1.</summary>
    public int Partitions { get; init; } = 12;

    /// <summary>How long a topic that is made keeps its records; null for ever, which a service that joins later needs.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>What the names of the consumer groups begin with, where several installations share a Kafka.</summary>
    public string GroupPrefix { get; init; } = "";

    /// <summary>Properties of librdkafka besides, such as <c>security.protocol</c>; they win over Mannam's own.</summary>
    public IReadOnlyDictionary<string, string> Client { get; init; } = new Dictionary<string, string>();

    /// <summary>Mannam's properties, and over them those configured.</summary>
    internal Dictionary<string, string> With(params (string Name, string Value)[] properties)
    {
        var all = new Dictionary<string, string>
        {
            ["bootstrap.servers"] = Bootstrap,
            // A broker that comes back is found within a second.
            ["reconnect.backoff.max.ms"] = "1000",
            ["retry.backoff.max.ms"] = "1000",
            ["socket.keepalive.enable"] = "true",
            ["socket.nagle.disable"] = "true",
        };
        foreach (var (name, value) in properties)
            all[name] = value;
        foreach (var (name, value) in Client)
            all[name] = value;
        return all;
    }
}
