using System.Buffers;
using System.Globalization;
using System.Text;

namespace Mannam.Host;

/// <summary>The folders of an installation's Unix sockets: the database's and the control socket.</summary>
internal static class SocketFolders
{
    // sockaddr_un has 107 bytes; our longest name is ".s.PGSQL.5432".
    private const int LongestSocketPath = 107;
    private const int LongestName = 20;

    // Where we mean one path, PostgreSQL reads a list of folders, and Npgsql a list of host:port.
    private static readonly SearchValues<char> Misread = SearchValues.Create(",:'\"\\;=");

    /// <summary>Sixteen hexadecimal digits that replace a data folder's path if it is too long.</summary>
    /// <remarks>FNV-1a: it need not be hard to guess, and a cryptographic hash would load OpenSSL (5 MB) only for this.</remarks>
    internal static string Fingerprint(string dataFolder) =>
        Encoding
            .UTF8.GetBytes(FullPath(dataFolder))
            .Aggregate(0xcbf29ce484222325, (hash, next) => unchecked((hash ^ next) * 0x100000001b3))
            .ToString("x16", CultureInfo.InvariantCulture);

    internal static string FullPath(string dataFolder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataFolder));

    /// <inheritdoc cref="PrivatePostgres.SocketFolder"/>
    internal static string Open(string dataFolder)
    {
        var data = FullPath(dataFolder);
        var folder = Path.Combine(data, "run");
        if (!Fits(folder))
            folder = $"/tmp/mannam-{Fingerprint(data)}";
        if (Posix.Identify(folder, followLinks: false) is null)
        {
            // A query about an installation that does not exist must not create one.
            if (!Directory.Exists(data))
                return folder;
            Posix.MakeClosedFolder(folder);
        }
        Check(folder);
        return folder;
    }

    private static bool Fits(string folder) =>
        Encoding.UTF8.GetByteCount(folder) + 1 + LongestName <= LongestSocketPath
        && !folder.AsSpan().ContainsAny(Misread)
        && !folder.Any(char.IsControl);

    /// <summary>Anybody can create a folder in /tmp: in another account's folder we might connect to that account's database.</summary>
    private static void Check(string folder)
    {
        var found = Posix.Identify(folder, followLinks: false);
        var ours =
            found is { IsFolder: true, IsClosed: true } it && (it.Owner == Posix.Account || it.Owner == PostgresAccount.Current().Uid);
        if (!ours)
        {
            throw new InvalidOperationException(
                $"{folder} must be a folder that belongs to this account or to PostgreSQL's, and that nobody else can enter (mode 700). "
                    + "Remove it, or choose another data folder with --data."
            );
        }
    }
}
