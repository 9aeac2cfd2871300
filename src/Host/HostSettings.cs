using System.Net;
using Mannam.Chassis.Configuration;

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
    public static readonly Setting<long> Partitions = Setting.Number(
        "Partitions",
        12,
        "partitions of a topic, as its first start had it",
        1,
        1000
    );
    public static readonly Setting<string> DatabasePrefix = new(
        "DatabasePrefix",
        "what the names of the databases begin with",
        "mannam_",
        Name
    );

    public static IReadOnlyList<Setting> All { get; } =
    [RequestsInProgress, CorsOrigins, Hosts, TrustedProxies, Drain, Partitions, DatabasePrefix];

    private static string Name(string text) =>
        text.Length <= 20 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')
            ? text
            : throw new FormatException("at most 20 lower case letters, digits and _ are expected");
}
