using System.CommandLine;
using Mannam.Host;

namespace Mannam.Tests.Host;

/// <summary>Runs commands on an installation, as the launcher does.</summary>
internal sealed class Commands : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mannam-commands").FullName;

    /// <summary>The installation. It has no record yet.</summary>
    public Installation Installation => Installation.At(_folder);

    /// <summary>Runs a command to its end.</summary>
    /// <returns>The command's output.</returns>
    /// <exception cref="InstallationException">The command failed. The program would print the message and exit with 1.</exception>
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
