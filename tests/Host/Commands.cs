using System.CommandLine;
using Mannam.Host;

namespace Mannam.Tests.Host;

/// <summary>Runs commands as the launcher does, on an installation.</summary>
internal sealed class Commands : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mannam-commands").FullName;

    /// <summary>The installation; nothing is remembered of it yet.</summary>
    public Installation Installation => Installation.At(_folder);

    /// <summary>Runs a command to its end.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="InstallationException">It failed: the program prints the message and exits with 1.</exception>
    public async Task<string> RunAsync(Command command, params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exit = await command
            .Parse([.. arguments, "--data", _folder])
            .InvokeAsync(
                new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    Output = output,
                    Error = errors,
                }
            );
        return exit == 0 ? output.ToString() : throw new InstallationException(errors.ToString());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
