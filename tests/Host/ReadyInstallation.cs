using System.Diagnostics;
using Mannam.Tests.Host;
using Xunit;

[assembly: AssemblyFixture(typeof(ReadyInstallation))]

namespace Mannam.Tests.Host;

/// <summary>An installation of Taxi that has run once and was stopped. Tests begin with a copy of it.</summary>
public sealed class ReadyInstallation : IAsyncDisposable
{
    private static readonly Lazy<Task<Installed>> Stopped = new(MakeAsync);

    /// <summary>Copies the installation to a new folder.</summary>
    public static async Task CopyAsync(string folder)
    {
        var installed = await Stopped.Value;
        // The copy keeps owners: PostgreSQL runs under its own account if root starts it.
        using var copy = Process.Start("cp", ["-a", installed.Data, folder]);
        await copy.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, copy.ExitCode);
    }

    private static async Task<Installed> MakeAsync()
    {
        var installed = new Installed();
        try
        {
            var up = await installed.UpAnewAsync();
            var ended = await up.EndAsync(15);
            Assert.Equal(0, ended.Status);
            return installed;
        }
        catch
        {
            await installed.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // One that could not be made has removed itself.
        if (Stopped is { IsValueCreated: true, Value.IsFaulted: false })
            await (await Stopped.Value).DisposeAsync();
    }
}
