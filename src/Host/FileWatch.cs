using Mannam.Chassis.Configuration;
using Mannam.Chassis.Hosting;

namespace Mannam.Host;

/// <summary>Takes what changes in the files of <c>--config</c> while the process runs. What is not in order is logged, once, and all stays as it was.</summary>
internal sealed class FileWatch(IConfigurationRoot configuration, IReadOnlyCollection<(string Scope, Setting Setting)> known, ILogger log)
    : ILoop
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private readonly List<FileSettings> files = [.. configuration.Providers.OfType<FileSettings>()];
    private string? told;

    public string Name => "configuration";

    public Task<bool> StepAsync(CancellationToken ct)
    {
        foreach (var file in files)
        {
            try
            {
                if (file.LookAgain(changed => Settings.Check(changed, known)))
                    log.LogInformation("{File} has changed: settings that are re-read while running are in force", file.Name);
                told = null;
            }
            catch (ConfigurationException e) when (e.Message == told) { }
            catch (ConfigurationException e)
            {
                told = e.Message;
                log.LogWarning("{File} is not taken: {Why} All stays as it was", file.Name, e.Message);
            }
        }
        return Task.FromResult(false);
    }

    public Task IdleAsync(CancellationToken ct) => Task.Delay(files.Count > 0 ? Every : Timeout.InfiniteTimeSpan, ct);
}
