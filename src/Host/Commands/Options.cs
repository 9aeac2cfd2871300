using System.CommandLine;
using System.Net;
using Mannam.Abstractions;
using Npgsql;

namespace Mannam.Host.Commands;

/// <summary>Options of several commands.</summary>
internal static class Options
{
    /// <summary>The installation's folder, by which every command finds a running or stopped installation.</summary>
    public static Option<string> Data() =>
        new("--data")
        {
            Description = "The installation's data folder; default: .mannam in the checkout.",
            DefaultValueFactory = _ =>
                Path.Combine(Environment.GetEnvironmentVariable("MANNAM_HOME") ?? Environment.CurrentDirectory, ".mannam"),
        };

    public static Option<string> Listen() =>
        new("--listen") { Description = "The address to listen on.", DefaultValueFactory = _ => "127.0.0.1" };

    public static Option<string?> Kafka() => new("--kafka") { Description = "Kafka's brokers for events, host:port, separated by commas." };

    public static Option<string[]> Set() =>
        new("--set") { Description = "A setting: --set Taxi:Catch:PaymentTimeout=610.", AllowMultipleArgumentsPerToken = true };

    public static Option<string[]> Config() =>
        new("--config") { Description = "Settings from a JSON file, or from a folder with one file per setting." };

    public static IPAddress AddressOf(string text) =>
        IPAddress.TryParse(text, out var address)
            ? address
            : throw new ConfigurationException($"--listen is \"{text}\", but an IP address is expected.");

    public static int PortOf(int port) =>
        port is >= 0 and <= 65_535 ? port : throw new ConfigurationException($"--port is {port}, but 0 to 65535 is expected.");

    public static string? ServerOf(string? connection)
    {
        if (connection is null)
            return null;
        try
        {
            _ = new NpgsqlConnectionStringBuilder(connection);
            return connection;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException)
        {
            throw new ConfigurationException(
                $"--postgres cannot be read ({e.Message.TrimEnd('.')}); Host=…;Port=…;Username=…;Password=… is expected."
            );
        }
    }
}
