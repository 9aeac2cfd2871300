using System.Net;
using Mannam.Abstractions;
using Mannam.Kafka;

namespace Mannam.Host;

/// <summary>Settings of the process: <c>Mannam:Host:…</c>.</summary>
internal static class HostSettings
{
    public const string Scope = "Host";

    public static readonly Setting<long> RequestsInProgress = Setting.Number(
        "RequestsInProgress",
        512,
        "the maximum number of concurrent requests; more get 503",
        1,
        100_000
    );
    public static readonly Setting<long> Connections = Setting.Number(
        "Connections",
        10_000,
        "the maximum number of open connections; more are closed; lower if the limit of open files requires it",
        1,
        1_000_000
    );
    public static readonly Setting<long> ConnectionsPerClient = Setting.Number(
        "ConnectionsPerClient",
        0,
        "the maximum number of connections of one client address; more are closed; 0: half of all; TrustedProxies may have all",
        0,
        1_000_000
    );
    public static readonly Setting<IReadOnlyList<string>> CorsOrigins = Setting.List(
        "CorsOrigins",
        "",
        "origins whose pages may call, in addition to this machine's"
    );
    public static readonly Setting<IReadOnlyList<string>> Hosts = Setting.List(
        "Hosts",
        "",
        "host names that are answered in addition to loopback's"
    );
    public static readonly Setting<IReadOnlyList<string>> TrustedProxies = Setting.List(
        "TrustedProxies",
        "",
        "addresses or networks whose X-Forwarded-* are trusted, in addition to loopback",
        proxy =>
            IPAddress.TryParse(proxy, out _) || IPNetwork.TryParse(proxy, out _)
                ? proxy
                : throw new FormatException("addresses or networks such as 10.0.0.0/8 are expected, separated by commas")
    );
    public static readonly Setting<TimeSpan> Drain = Setting.Milliseconds(
        "Drain",
        0,
        "how long an unready process still accepts requests after the stop signal; two probe intervals behind a load balancer",
        0,
        10_000
    );

    /// <summary>The same for a process behind a gateway.</summary>
    public static readonly Setting<TimeSpan> DrainSpreadOut = Setting.Milliseconds(Drain.Name, 1500, Drain.Meaning, 0, 10_000);
    public static readonly Setting<long> Retention = Setting.Number(
        "Retention",
        -1,
        "milliseconds for which a new Kafka topic keeps its records; -1: for ever, which a service that joins later needs",
        -1,
        long.MaxValue
    );
    public static readonly Setting<string> GroupPrefix = new(
        "GroupPrefix",
        "the prefix of the names of Kafka's consumer groups, if several installations share a Kafka",
        "",
        text => text
    );
    public static readonly Setting<IReadOnlyList<string>> KafkaClient = Setting.List(
        "KafkaClient",
        "",
        "properties of librdkafka, such as security.protocol=ssl",
        property => property.IndexOf('=', StringComparison.Ordinal) > 0 ? property : throw new FormatException("name=value is expected")
    );
    public static readonly Setting<long> RequestsPerSecond = Setting.Number(
        "RequestsPerSecond",
        1000,
        "the maximum requests per second of one client at a gateway; more get 429; 0: no limit",
        0,
        1_000_000
    );
    public static readonly Setting<long> Partitions = Setting.Number(
        "Partitions",
        12,
        "the number of partitions of a new topic; an existing one keeps its own",
        1,
        1000
    );
    public static readonly Setting<string> DatabasePrefix = new("DatabasePrefix", "the prefix of the databases' names", "mannam_", Name);

    public static readonly Setting<string> InternalKey = new(
        "InternalKey",
        "a secret that all services of an installation share if they run in several processes: it marks internal calls; at least 32 characters; by default created at the first start on this machine (internal-key in the data folder)",
        null,
        Secret
    );

    public static IReadOnlyList<Setting> All { get; } =
    [
        RequestsInProgress,
        RequestsPerSecond,
        Connections,
        ConnectionsPerClient,
        CorsOrigins,
        Hosts,
        TrustedProxies,
        Drain,
        Partitions,
        Retention,
        GroupPrefix,
        KafkaClient,
        DatabasePrefix,
        InternalKey,
    ];

    /// <summary>The configured Kafka.</summary>
    public static KafkaOptions KafkaOptions(string bootstrap, Settings settings) =>
        new()
        {
            Bootstrap = bootstrap,
            Partitions = (int)settings.Get(Partitions),
            Retention = settings.Get(Retention) is >= 0 and var kept ? TimeSpan.FromMilliseconds(kept) : null,
            GroupPrefix = settings.Get(GroupPrefix),
            Client = settings.Get(KafkaClient).Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1]),
        };

    // It is sent as a header.
    private static string Secret(string text) =>
        text.Length >= InternalKeyFile.Least && text.All(c => c is > ' ' and < '\x7f')
            ? text
            : throw new FormatException($"at least {InternalKeyFile.Least} ASCII characters without spaces are expected");

    private static string Name(string text) =>
        text.Length <= 20 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')
            ? text
            : throw new FormatException("at most 20 lower case letters, digits and _ are expected");
}
