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
        "how many requests may be in progress at once; one more gets 503",
        1,
        100_000
    );
    public static readonly Setting<long> Connections = Setting.Number(
        "Connections",
        10_000,
        "how many connections may be open at once; one more is closed; fewer, where the limit of open files allows fewer",
        1,
        1_000_000
    );
    public static readonly Setting<long> ConnectionsPerClient = Setting.Number(
        "ConnectionsPerClient",
        0,
        "how many of them one client may have, by its address; one more is closed; 0 for half of all; TrustedProxies may have all",
        0,
        1_000_000
    );
    public static readonly Setting<IReadOnlyList<string>> CorsOrigins = Setting.List(
        "CorsOrigins",
        "",
        "origins whose pages may call, besides this machine's"
    );
    public static readonly Setting<IReadOnlyList<string>> Hosts = Setting.List(
        "Hosts",
        "",
        "host names that are answered besides loopback's"
    );
    public static readonly Setting<IReadOnlyList<string>> TrustedProxies = Setting.List(
        "TrustedProxies",
        "",
        "addresses or networks whose X-Forwarded-* are believed, besides loopback",
        proxy =>
            IPAddress.TryParse(proxy, out _) || IPNetwork.TryParse(proxy, out _)
                ? proxy
                : throw new FormatException("addresses or networks such as 10.0.0.0/8 are expected, separated by commas")
    );
    public static readonly Setting<TimeSpan> Drain = Setting.Milliseconds(
        "Drain",
        0,
        "how long requests are still taken, unready, after the order to stop; two probe intervals behind a load balancer",
        0,
        10_000
    );

    /// <summary>The same for a process behind a gateway.</summary>
    public static readonly Setting<TimeSpan> DrainSpreadOut = Setting.Milliseconds(Drain.Name, 1500, Drain.Meaning, 0, 10_000);
    public static readonly Setting<long> Retention = Setting.Number(
        "Retention",
        -1,
        "milliseconds for which a topic of Kafka that is made keeps its records; -1 for ever, which a service that joins later needs",
        -1,
        long.MaxValue
    );
    public static readonly Setting<string> GroupPrefix = new(
        "GroupPrefix",
        "what the names of Kafka's consumer groups begin with, where several installations share it",
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
        "how many requests a second a gateway takes of one client; one more gets 429; 0 for any number",
        0,
        1_000_000
    );
    public static readonly Setting<long> Partitions = Setting.Number(
        "Partitions",
        12,
        "partitions of a topic that is made; one that is there keeps its own",
        1,
        1000
    );
    public static readonly Setting<string> DatabasePrefix = new(
        "DatabasePrefix",
        "what the names of the databases begin with",
        "mannam_",
        Name
    );

    public static readonly Setting<string> InternalKey = new(
        "InternalKey",
        "a secret that all services of an installation share when each is a process of its own: by it they know each other's internal calls; 32 characters or more; unless given, made at the first start on this machine (internal-key in the data folder)",
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
            : throw new FormatException($"{InternalKeyFile.Least} characters or more are expected, of ASCII and without spaces");

    private static string Name(string text) =>
        text.Length <= 20 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')
            ? text
            : throw new FormatException("at most 20 lower case letters, digits and _ are expected");
}
