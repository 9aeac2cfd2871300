using System.Diagnostics;
using System.Globalization;

namespace Mannam.Host;

/// <summary>
/// The account that runs PostgreSQL, and how to run a program as it. PostgreSQL refuses to run as root, so root uses the account <c>postgres</c>, or
/// <c>nobody</c> if there is none. Any other account is used itself. <c>Prefix</c> is the beginning of a command line that runs a command as this
/// account.
/// </summary>
internal sealed record PostgresAccount(string Name, uint Uid, uint Gid, IReadOnlyList<string> Prefix)
{
    // The first lets a process pass folders that it may not enter or read. If the system does not grant it (Docker by default), the second does the same
    // and more.
    private static readonly string[] PassingThrough = ["dac_read_search", "dac_override"];

    /// <summary>The account for this program; for root, still without the right to pass closed folders.</summary>
    /// <exception cref="InvalidOperationException">The user is root, and there is no other account.</exception>
    internal static PostgresAccount Current()
    {
        if (Posix.Account != 0)
            return new(Environment.UserName, Posix.Account, 0, []);
        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 3).ToList();
        var chosen =
            accounts.Find(fields => fields[0] == "postgres")
            ?? accounts.Find(fields => fields[0] == "nobody")
            ?? throw new InvalidOperationException(
                "PostgreSQL does not run as root, and this machine has neither an account postgres nor nobody. Start Mannam as another user."
            );
        var (uid, gid) = (Number(chosen[2]), Number(chosen[3]));
        return new(chosen[0], uid, gid, ["setpriv", $"--reuid={uid}", $"--regid={gid}", "--clear-groups"]);
    }

    /// <summary>This account, with the right to reach <paramref name="folder"/>, which it owns but which may lie in a folder closed to it.</summary>
    /// <exception cref="InvalidOperationException">The account cannot reach it.</exception>
    internal async Task<PostgresAccount> EnteringAsync(string folder, CancellationToken ct)
    {
        string[] entering = ["/bin/sh", "-c", "cd -- \"$1\"", "sh", folder];
        // The current folder may be closed to the account.
        var refusal = await RunAsync(entering, "/", ct);
        if (refusal.ExitCode == 0)
            return this;
        foreach (var capability in Prefix.Count == 0 ? [] : PassingThrough)
        {
            var able = this with { Prefix = [.. Prefix, $"--inh-caps=+{capability}", $"--ambient-caps=+{capability}"] };
            if ((await able.RunAsync(entering, "/", ct)).ExitCode == 0)
                return able;
        }
        throw new InvalidOperationException(
            $"PostgreSQL runs as the account {Name}, which cannot enter {folder} ({refusal.Output.Trim()}). "
                + "Choose a data folder that every account can reach, for example --data /var/lib/mannam."
        );
    }

    /// <summary>Gives a file or folder to this account.</summary>
    internal void Own(string path)
    {
        if (Prefix.Count > 0)
            Posix.Give(path, Uid, Gid);
    }

    /// <summary>Runs a program as this account, and waits for its end. Output and errors are mixed.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="folder">Its working folder.</param>
    /// <param name="ct">Kills it.</param>
    internal async Task<CommandResult> RunAsync(IReadOnlyList<string> command, string folder, CancellationToken ct)
    {
        using var process = Begin(command, folder);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
        return new(process.ExitCode, await output + await errors);
    }

    /// <summary>Starts a program as this account, without input.</summary>
    internal Process Begin(IReadOnlyList<string> command, string folder)
    {
        string[] all = [.. Prefix, .. command];
        var start = new ProcessStartInfo(all[0], all[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        // PGDATA, PGOPTIONS, LC_MESSAGES and similar variables would change the server.
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = $"{path}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LC_ALL"] = "C";
        var process = Start(start);
        process.StandardInput.Close();
        return process;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException(
                $"{start.FileName} cannot be run ({e.Message}). It comes with the packages postgresql and util-linux.",
                e
            );
        }
    }

    private static uint Number(string text) => uint.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>A program's exit code and output.</summary>
internal sealed record CommandResult(int ExitCode, string Output);
