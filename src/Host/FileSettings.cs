using Mannam.Abstractions;

namespace Mannam.Host;

/// <summary>Settings from a JSON file, or from a folder with one file per setting, such as a mounted ConfigMap or Secret. They are polled while the process
/// runs.</summary>
/// <remarks>Polled, not watched: a mounted folder changes by a replaced symbolic link, which a file watch does not report.</remarks>
internal sealed class FileSettings : ConfigurationProvider, IConfigurationSource
{
    private readonly string _path;

    /// <exception cref="ConfigurationException">It cannot be read.</exception>
    public FileSettings(string file)
    {
        (Name, _path) = ($"file {file}", Path.GetFullPath(file));
        Data = Read(file);
    }

    /// <summary>Its name as a source of values.</summary>
    public string Name { get; }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Reads the files again, and applies a change as a whole if it is valid.</summary>
    /// <param name="check">Throws if the new configuration is not valid.</param>
    /// <returns>Whether something changed.</returns>
    /// <exception cref="ConfigurationException">The change is not valid; nothing is applied.</exception>
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
            // Only the files in the folder are settings, not those of its parents.
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
