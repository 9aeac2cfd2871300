using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Connections;

namespace Mannam.Host;

/// <summary>The installation on this machine is not in the state that the command needs. The message gives the reason.</summary>
public partial class InstallationException(string message) : Exception(message)
{
    /// <summary>A port could not be opened.</summary>
    public static InstallationException OfPort(IPAddress address, int port, Exception e)
    {
        ArgumentNullException.ThrowIfNull(e);
        var why = e.InnerException is AddressInUseException ? "it is taken" : e.Message.TrimEnd('.');
        // Kestrel names the failed one of several: "Failed to bind to address http://127.0.0.1:8081: …".
        var failed = FailedPort().Match(e.Message) is { Success: true } match ? match.Groups[1].Value : $"{port}";
        return new($"port {failed} of {address} cannot be opened ({why}); --port and --listen name another.");
    }

    [GeneratedRegex(@":(\d+): ")]
    private static partial Regex FailedPort();
}

/// <summary>The command needs a running installation, but it is stopped.</summary>
public sealed class NotRunningException(string message) : InstallationException(message);

/// <summary>An installation on this machine. Every command finds it, running or stopped, by its data folder.</summary>
/// <param name="Folder">The data folder, a full path.</param>
internal sealed record Installation(string Folder)
{
    // EWOULDBLOCK, which .NET passes through: another process holds the lock.
    private const int WouldBlock = 11;

    private string RecordFile => Path.Combine(Folder, "installation.json");

    /// <summary>The control socket of a running installation, which only this account can reach.</summary>
    public string ControlSocket => Path.Combine(PrivatePostgres.SocketFolder(Folder), "control.sock");

    /// <summary>The record of the last <c>up</c>.</summary>
    /// <param name="Postgres">The given server; null for the private one.</param>
    /// <param name="DatabasePrefix">The prefix of its databases' names.</param>
    /// <param name="Topics">The topic of each system.</param>
    /// <param name="Settings">The configured settings, by key.</param>
    /// <param name="Kafka">The Kafka with its events; null for the log on this machine.</param>
    internal sealed record Record(
        string? Postgres,
        string DatabasePrefix,
        IReadOnlyDictionary<string, string> Topics,
        IReadOnlyDictionary<string, EffectiveSetting>? Settings = null,
        string? Kafka = null
    );

    public static Installation At(string folder) => new(Path.GetFullPath(folder));

    /// <summary>Creates the folder, and ensures that only one <c>up</c> uses it, until it is disposed or dies.</summary>
    /// <exception cref="InstallationException">Another one runs.</exception>
    public IDisposable Lock()
    {
        var file = Path.Combine(Folder, "lock");
        try
        {
            Directory.CreateDirectory(Folder);
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            throw new InstallationException($"an installation already runs on {Folder}; stop it, or give another --data folder.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InstallationException($"{Folder} cannot be the data folder: {e.Message.TrimEnd('.')}.");
        }
    }

    public void Remember(Record record)
    {
        // Written beside and renamed: after a kill the old or the new file exists.
        var partial = RecordFile + ".new";
        File.Delete(partial);
        // It may contain a password, so others must never be able to read it.
        var closed = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(partial, closed))
            JsonSerializer.Serialize(file, record, InstallationJson.Default.Record);
        File.Move(partial, RecordFile, overwrite: true);
    }

    /// <exception cref="InstallationException">There was never an <c>up</c> on this folder.</exception>
    public Record Recall() =>
        File.Exists(RecordFile)
            ? JsonSerializer.Deserialize(File.ReadAllText(RecordFile), InstallationJson.Default.Record)!
            : throw new InstallationException($"there is no installation in {Folder}; ./mannam up makes one, --data names another folder.");

    /// <summary>A client for the control socket of a running installation.</summary>
    /// <exception cref="InstallationException">It does not run.</exception>
    public HttpClient Control()
    {
        Recall();
        return new HttpClient(
            new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectCallback = async (_, ct) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    try
                    {
                        await socket.ConnectAsync(new UnixDomainSocketEndPoint(ControlSocket), ct);
                        return new NetworkStream(socket, ownsSocket: true);
                    }
                    catch (SocketException)
                    {
                        socket.Dispose();
                        throw new NotRunningException($"no installation runs on {Folder}; start it with ./mannam up.");
                    }
                },
            }
        )
        {
            BaseAddress = new Uri("http://control/"),
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    /// <summary>The connection string of the log of a system's topic.</summary>
    public string LogOf(string system, string server)
    {
        var record = Recall();
        return new Databases(server, record.DatabasePrefix).Log(record.Topics.GetValueOrDefault(system, system));
    }

    /// <summary>The server's connection string: the one given to <c>up</c>, or the private server's, which is started while it is needed.</summary>
    public async Task<(string Connection, IAsyncDisposable? Started)> PostgresAsync(CancellationToken ct)
    {
        if (Recall().Postgres is { } given)
            return (given, null);
        var postgres = await PrivatePostgres.StartAsync(Folder, 20, _ => { }, ct);
        // A server that was already running is not stopped: an `up` may just have started it.
        return (postgres.ConnectionString, postgres.Adopted ? null : postgres);
    }
}

[JsonSerializable(typeof(Installation.Record))]
internal sealed partial class InstallationJson : JsonSerializerContext;
