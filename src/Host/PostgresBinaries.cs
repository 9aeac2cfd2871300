using System.Buffers;
using System.Globalization;

namespace Mannam.Host;

/// <summary>Finds PostgreSQL's programs: Debian has a folder per major version, other systems have them on the PATH.</summary>
internal static class PostgresBinaries
{
    private const string Versions = "/usr/lib/postgresql";
    private static readonly SearchValues<char> ReadByShells = SearchValues.Create("\"$`\\\n\r");
    private static readonly string[] Programs = ["initdb", "postgres"];

    /// <summary>The folder of the newest version; for an existing cluster, of the version that created it: no other version can read it.</summary>
    /// <exception cref="InvalidOperationException">PostgreSQL is not installed, or not in the cluster's version.</exception>
    internal static string Find(string cluster)
    {
        var made = Path.Combine(cluster, "PG_VERSION");
        return File.Exists(made) ? FindVersion(cluster, File.ReadAllText(made).Trim()) : FindNewest();
    }

    /// <summary>The path of initdb.</summary>
    /// <exception cref="InvalidOperationException">initdb starts a program by a shell, with the folder's path in double quotes, and the path is not safe
    /// there.</exception>
    internal static string Initdb(string folder) =>
        folder.AsSpan().ContainsAny(ReadByShells)
            ? throw new InvalidOperationException(
                $"PostgreSQL's initdb cannot be run from {folder}: a shell would interpret the path. Install PostgreSQL elsewhere, or name a server with --postgres."
            )
            : Path.Combine(folder, "initdb");

    private static string FindNewest() =>
        Installed().OrderByDescending(MajorVersion).Concat(OnPath()).FirstOrDefault()
        ?? throw new InvalidOperationException(
            "PostgreSQL is not installed. Install it (Debian and Ubuntu: apt-get install postgresql), or name a server with --postgres."
        );

    private static string FindVersion(string cluster, string version) =>
        Installed().FirstOrDefault(folder => MajorVersion(folder).ToString(CultureInfo.InvariantCulture) == version)
        ?? OnPath().FirstOrDefault()
        ?? throw new InvalidOperationException(
            $"{cluster} was created by PostgreSQL {version}, which is not installed. Install it (Debian and Ubuntu: apt-get install postgresql-{version})."
        );

    private static IEnumerable<string> Installed() =>
        Directory.Exists(Versions)
            ? Directory.EnumerateDirectories(Versions).Select(folder => Path.Combine(folder, "bin")).Where(IsComplete)
            : [];

    private static IEnumerable<string> OnPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(folder => folder.StartsWith('/') && IsComplete(folder));

    private static bool IsComplete(string folder) => Programs.All(name => File.Exists(Path.Combine(folder, name)));

    private static int MajorVersion(string folder) =>
        int.TryParse(Path.GetFileName(Path.GetDirectoryName(folder)), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : 0;
}
