using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Messaging;

namespace Mannam.Host;

/// <summary>Applies changes of the files of <c>--config</c> at run time. An invalid change is logged once, and nothing of it is applied.</summary>
internal sealed class FileWatch(IReadOnlyList<FileSettings> files, ILogger log) : ILoop
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private string? _told;

    public string Name => "configuration";

    /// <summary>The watch of a configuration's files; null if it has none.</summary>
    public static FileWatch? Of(IConfigurationRoot configuration, ILoggerFactory logging)
    {
        List<FileSettings> files = [.. configuration.Providers.OfType<FileSettings>()];
        return files.Count > 0 ? new FileWatch(files, logging.CreateLogger("configuration")) : null;
    }

    public Task<bool> StepAsync(CancellationToken ct)
    {
        foreach (var file in files)
        {
            try
            {
                if (file.LookAgain(changed => changed.Check(Machine.SettingsOf(Commands.Up.AllSystems))))
                    log.LogInformation("{File} has changed: settings that may change at run time are in force", file.Name);
                _told = null;
            }
            catch (ConfigurationException e) when (e.Message == _told) { }
            catch (ConfigurationException e)
            {
                _told = e.Message;
                log.LogWarning("{File} is not applied: {Why} Nothing has changed", file.Name, e.Message);
            }
        }
        return Task.FromResult(false);
    }

    public Task IdleAsync(CancellationToken ct) => Task.Delay(Every, ct);
}
