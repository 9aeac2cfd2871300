namespace Mannam.Kafka;

/// <summary>The Kafka to use, and the settings of new topics.</summary>
public sealed record KafkaOptions
{
    /// <summary>Addresses of the first brokers: <c>host:port</c>, separated by commas.</summary>
    public required string Bootstrap { get; init; }

    /// <summary>The number of partitions of a new topic, at least 1; an existing topic is not changed.</summary>
    public int Partitions { get; init; } = 12;

    /// <summary>How long a new topic keeps its records; null for ever, which a service that joins later needs.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>The prefix of the consumer groups' names, if several installations share a Kafka.</summary>
    public string GroupPrefix { get; init; } = "";

    /// <summary>Additional properties of librdkafka, such as <c>security.protocol</c>; they override Mannam's own.</summary>
    public IReadOnlyDictionary<string, string> Client { get; init; } = new Dictionary<string, string>();

    /// <summary>Mannam's properties, overridden by the configured ones.</summary>
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
