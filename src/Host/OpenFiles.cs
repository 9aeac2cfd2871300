using System.Globalization;
using Mannam.Abstractions;

namespace Mannam.Host;

/// <summary>The number of connections that the process may accept: the configured number, or fewer if the limit of open files (<c>ulimit -n</c>) requires it.
/// A process at that limit could accept no connection, open no file and reach no store.</summary>
internal static class OpenFiles
{
    /// <summary>A gateway's other files: the runtime's own, because .NET keeps each assembly open (216 files were counted), and its probes.</summary>
    public const int OfGateway = 280;

    private const int StillToCome = 64;
    private const int Kafka = 48;
    private const int Least = 32;

    /// <summary>The other files of started services: open files, the connections of their pools and relays, and those of the topics' logs or of the
    /// brokers.</summary>
    public static int Of(int services, int topics, bool overKafka) =>
        Files() + StillToCome + Databases.Needed(services, topics) + (overKafka ? Kafka : 0);

    /// <summary>The maximum number of connections. Logs a message if it is lower than configured.</summary>
    /// <param name="settings">The process's settings.</param>
    /// <param name="own">The number of its other files.</param>
    /// <param name="each">The number of files per connection.</param>
    /// <exception cref="InstallationException">The limit is too low to work with.</exception>
    public static int Connections(Settings settings, int own, int each = 1)
    {
        var configured = (int)settings.Get(HostSettings.Connections);
        var (connections, said) = Of(Limit(), configured, own, each);
        if (said is not null)
            Console.Error.WriteLine($"mannam: {said}");
        return connections;
    }

    /// <summary>The same for a known limit; returns the message too.</summary>
    internal static (int Connections, string? Said) Of(long limit, int configured, int own, int each)
    {
        var left = (limit - own) / each;
        if (left < Least)
        {
            throw new InstallationException(
                $"the limit of open files is {limit}, but at least {own + Least * each} are needed: raise it (ulimit -n), or run fewer systems."
            );
        }

        return left >= configured
            ? (configured, null)
            : (
                (int)left,
                $"the limit of open files is {limit}: at most {left} connections are taken at once, not {configured} (Host:Connections); ulimit -n raises it."
            );
    }

    // The pools count with their maximum size.
    private static int Files() =>
        Directory.Exists("/proc/self/fd")
            ? Directory
                .EnumerateFileSystemEntries("/proc/self/fd")
                .Count(f => new FileInfo(f).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) != true)
            : 0;

    // .NET has raised the soft limit to the hard one. On other systems than Linux the limit is not known, and not checked.
    private static long Limit()
    {
        const string name = "Max open files";
        if (!File.Exists("/proc/self/limits"))
            return long.MaxValue;
        var line = File.ReadLines("/proc/self/limits").First(l => l.StartsWith(name, StringComparison.Ordinal));
        var soft = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return long.TryParse(soft, CultureInfo.InvariantCulture, out var limit) ? limit : long.MaxValue;
    }
}
