using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Messaging;

namespace Mannam.Host;

/// <summary>Takes what changes in the files of <c>--config</c> while the process runs. What is not in order is logged, once, and all stays as it was.</summary>
internal sealed class FileWatch(IReadOnlyList<FileSettings> files, ILogger log) : ILoop
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private string? _told;

    public string Name => "configuration";

    /// <summary>The watch over a configuration's files; null when it has none.</summary>
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
                    log.LogInformation("{File} has changed: settings that are re-read while running are in force", file.Name);
                _told = null;
            }
            catch (ConfigurationException e) when (e.Message == _told) { }
            catch (ConfigurationException e)
            {
                _told = e.Message;
                log.LogWarning("{File} is not taken: {Why} All stays as it was", file.Name, e.Message);
            }
        }
        return Task.FromResult(false);
    }

    public Task IdleAsync(CancellationToken ct) => Task.Delay(Every, ct);
}
