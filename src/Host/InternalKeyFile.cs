using System.Security.Cryptography;
using Mannam.Abstractions;

namespace Mannam.Host;

/// <summary>The file with the key by which services of an installation recognise internal calls, if they run in several processes.</summary>
internal static class InternalKeyFile
{
    /// <summary>The minimum length, in characters.</summary>
    public const int Least = 32;

    /// <summary>The configured key; otherwise this machine's key, in a file that only its account can read. The first start creates it.</summary>
    /// <param name="settings">The process's settings.</param>
    /// <param name="folder">The installation's folder.</param>
    /// <exception cref="ConfigurationException">No key is configured, and the file is invalid or cannot be created.</exception>
    public static string Read(Settings settings, string folder)
    {
        if (settings.GetIfSet(HostSettings.InternalKey) is { } configured)
            return configured;
        var file = Path.Combine(folder, "internal-key");
        try
        {
            if (!File.Exists(file))
                Make(file);
            return File.ReadAllText(file).Trim() is { Length: >= Least } key
                ? key
                : throw new ConfigurationException(
                    $"{file} contains no key of at least {Least} characters: remove it, and the next start creates another."
                );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                $"Mannam:Host:InternalKey is missing, and {file} cannot be created or read ({e.Message.TrimEnd('.')}): give all services of the installation the same key."
            );
        }
    }

    // Written beside and then renamed, so nobody reads half a key. If several processes do this at once, the first rename counts.
    private static void Make(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var made = $"{file}.{Guid.NewGuid():N}";
        using (
            var stream = new FileStream(
                made,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            )
        )
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(2 * Least, lowercase: true)));
            stream.Flush(flushToDisk: true);
        }
        try
        {
            File.Move(made, file);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(made);
        }
    }
}
