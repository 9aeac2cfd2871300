using System.Globalization;

namespace Mannam.Bench.Stand;

/// <summary>CPU time of processes and their descendants, from <c>/proc</c>.</summary>
internal static class ProcessTree
{
    // USER_HZ, which is 100 on every Linux that .NET supports.
    private const double TicksPerSecond = 100;

    /// <summary>User and system time of the process and its descendants, in seconds, including descendants that have ended.</summary>
    internal static double CpuSeconds(int root) => Below(root).Sum(p => p.Stat.Ticks) / TicksPerSecond;

    /// <summary>Memory of the process and its descendants in MB; shared memory counts once (PSS).</summary>
    internal static double Megabytes(int root) => Below(root).Sum(p => Proportional(p.Id)) / 1024;

    /// <summary>Resident memory in MB of one process (RSS).</summary>
    internal static double Resident(int id) => Kilobytes($"/proc/{id}/status", "VmRSS:") / 1024;

    private static double Proportional(int id)
    {
        try
        {
            return Kilobytes($"/proc/{id}/smaps_rollup", "Pss:");
        }
        catch (IOException)
        {
            // It has ended since the listing.
            return 0;
        }
    }

    private static double Kilobytes(string file, string name) =>
        double.Parse(
            File.ReadLines(file).First(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..^3],
            CultureInfo.InvariantCulture
        );

    private static List<(int Id, Stat Stat)> Below(int root)
    {
        var all = new Dictionary<int, Stat>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Read(id) is { } stat)
            {
                all[id] = stat;
            }
        }
        return [.. all.Where(p => DescendsFrom(p.Key)).Select(p => (p.Key, p.Value))];

        bool DescendsFrom(int id)
        {
            // Bounded, because ids may be reused while /proc is read.
            for (var steps = 0; steps < 32 && id != root; steps++)
            {
                if (!all.TryGetValue(id, out var stat))
                {
                    return false;
                }
                id = stat.Parent;
            }
            return id == root;
        }
    }

    /// <summary>The process's parent; 0 if the process does not exist.</summary>
    internal static int ParentOf(int id) => Read(id)?.Parent ?? 0;

    /// <summary>CPU time of this process in seconds.</summary>
    internal static double OwnCpuSeconds() => Environment.CpuUsage.TotalTime.TotalSeconds;

    /// <summary>CPU time of all programs since the machine's start, in seconds.</summary>
    internal static double MachineCpuSeconds()
    {
        // "cpu" user nice system idle iowait irq softirq steal …: all except idle and iowait is work.
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int[] busy = [1, 2, 3, 6, 7, 8];
        return busy.Sum(field => long.Parse(fields[field], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private static Stat? Read(int id)
    {
        string line;
        try
        {
            line = File.ReadAllText($"/proc/{id}/stat");
        }
        catch (IOException)
        {
            // It has ended since the listing.
            return null;
        }
        // The second field is the name in parentheses, which may contain spaces. proc(5) numbers the fields from 1.
        var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
        long Field(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
        return new Stat((int)Field(4), Field(14) + Field(15) + Field(16) + Field(17));
    }

    /// <param name="Parent">The parent's id.</param>
    /// <param name="Ticks">utime, stime, and both of its children that were waited for.</param>
    private readonly record struct Stat(int Parent, long Ticks);
}
