using System.Globalization;
using Mannam.Abstractions;

namespace Mannam.Host;

/// <summary>How many connections the process may take: as many as are configured, or as the limit of open files (<c>ulimit -n</c>) leaves. A process at that
/// limit could take no connection, open no file and reach no store.</summary>
internal static class OpenFiles
{
    /// <summary>What a gateway needs besides: the runtime's own, as .NET keeps each assembly open (216 files were counted), and its probes.</summary>
    public const int OfGateway = 280;

    private const int StillToCome = 64;
    private const int Kafka = 48;
    private const int Least = 32;

    /// <summary>What services that are started need besides: the files that are open, their pools and their relays', those of the topics' logs, or the
    /// brokers'.</summary>
    public static int Of(int services, int topics, bool overKafka) =>
        Files() + StillToCome + Databases.Needed(services, topics) + (overKafka ? Kafka : 0);

    /// <summary>How many connections may be open at once; told, where they are fewer than was configured.</summary>
    /// <param name="settings">Of the process.</param>
    /// <param name="own">What it needs besides.</param>
    /// <param name="each">How many files a connection is.</param>
    /// <exception cref="InstallationException">The limit is too low to work with.</exception>
    public static int Connections(Settings settings, int own, int each = 1)
    {
        var configured = (int)settings.Get(HostSettings.Connections);
        var (connections, said) = Of(Limit(), configured, own, each);
        if (said is not null)
            Console.Error.WriteLine($"mannam: {said}");
        return connections;
    }

    /// <summary>The same, where the limit is known; with what is to be told.</summary>
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

    // Those of the pools are counted as all that there may be.
    private static int Files() =>
        Directory.Exists("/proc/self/fd")
            ? Directory
                .EnumerateFileSystemEntries("/proc/self/fd")
                .Count(f => new FileInfo(f).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) != true)
            : 0;

    // .NET has raised the soft limit to the hard one. Elsewhere than on Linux it is not known, and not looked at.
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
