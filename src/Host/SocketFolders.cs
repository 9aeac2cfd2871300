using System.Buffers;
using System.Globalization;
using System.Text;

namespace Mannam.Host;

/// <summary>Where an installation's Unix sockets lie: the database's and the control socket.</summary>
internal static class SocketFolders
{
    // sockaddr_un holds 107 bytes; the longest name we put in is ".s.PGSQL.5432".
    private const int LongestSocketPath = 107;
    private const int LongestName = 20;

    // PostgreSQL reads a list of folders and Npgsql a list of host:port where we mean one path.
    private static readonly SearchValues<char> Misread = SearchValues.Create(",:'\"\\;=");

    /// <summary>Sixteen hexadecimal digits that stand for the data folder wherever its path is too long.</summary>
    /// <remarks>FNV-1a: nothing rests on its being hard to guess, and a cryptographic hash would load OpenSSL (5 MB) for this alone.</remarks>
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
            // Asking about an installation that was never made must not begin one.
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

    /// <summary>Anybody can make a folder in /tmp: one that another account made could hand us a database of theirs.</summary>
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
