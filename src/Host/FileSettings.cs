using Mannam.Abstractions;

namespace Mannam.Host;

/// <summary>Settings from a JSON file, or from a folder with a file for each, as a ConfigMap or Secret is mounted. Looked at again while the process runs.</summary>
/// <remarks>Looked at, not watched: a mounted folder changes by a symbolic link that is replaced, of which no watch of the file tells.</remarks>
internal sealed class FileSettings : ConfigurationProvider, IConfigurationSource
{
    private readonly string _path;

    /// <exception cref="ConfigurationException">It cannot be read.</exception>
    public FileSettings(string file)
    {
        (Name, _path) = ($"file {file}", Path.GetFullPath(file));
        Data = Read(file);
    }

    /// <summary>What it is called where it is told where a value came from.</summary>
    public string Name { get; }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Looks at the files, and takes what changed, if it is in order: all of it, or nothing.</summary>
    /// <param name="check">Throws where something is not in order.</param>
    /// <returns>Whether something changed.</returns>
    /// <exception cref="ConfigurationException">What changed is not in order; all stays as it was.</exception>
    public bool LookAgain(Action<IConfiguration> check)
    {
        var now = Read(_path);
        if (now.Count == Data.Count && now.All(s => Data.TryGetValue(s.Key, out var before) && before == s.Value))
            return false;
        check(new ConfigurationBuilder().AddInMemoryCollection(now).Build());
        Data = now;
        OnReload();
        return true;
    }

    private static Dictionary<string, string?> Read(string file)
    {
        var path = Path.GetFullPath(file);
        try
        {
            // The files in it are what is mounted; their parents are what keeps them.
            using var root =
                Directory.Exists(path) ? (ConfigurationRoot)new ConfigurationBuilder().AddKeyPerFile(path).Build()
                : File.Exists(path) ? (ConfigurationRoot)new ConfigurationBuilder().AddJsonFile(path).Build()
                : throw new ConfigurationException($"--config {file}: there is no such file or folder.");
            return root.AsEnumerable()
                .Where(s => s.Value is not null)
                .ToDictionary(s => "Mannam:" + s.Key, s => s.Value, StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or FormatException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"--config {file} cannot be read: {e.Message}");
        }
    }
}
