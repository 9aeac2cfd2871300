using System.ComponentModel;
using System.Net.Sockets;
using Mannam.Abstractions;
using Npgsql;

namespace Mannam.Host;

/// <summary>The message for a failed command: one sentence if the user can act on it, otherwise the full exception.</summary>
internal static class Faults
{
    public static string Sentence(Exception e) =>
        e switch
        {
            // The inner failure is more specific than the failed connection.
            HttpRequestException { InnerException: InstallationException inner } => inner.Message,
            IOException or UnauthorizedAccessException or HttpRequestException => Ended(e.Message),
            PostgresException p => $"PostgreSQL refuses: {Ended(p.MessageText)}",
            NpgsqlException { InnerException: { } inner } when !e.Message.Contains(inner.Message, StringComparison.Ordinal) =>
                $"PostgreSQL cannot be reached: {e.Message} ({inner.Message.TrimEnd('.')}).",
            NpgsqlException or SocketException => $"PostgreSQL cannot be reached: {Ended(e.Message)}",
            ConfigurationException or InstallationException or InvalidOperationException or TimeoutException or Win32Exception => Ended(
                e.Message
            ),
            _ => e.ToString(),
        };

    private static string Ended(string message) => message.TrimEnd('.', ' ') + ".";
}
