using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;

namespace Mannam.Tests.Chassis.Gateway;

internal static class Network
{
    /// <summary>An address of this machine that is not loopback, if there is one.</summary>
    public static IPAddress? OwnAddress =>
        NetworkInterface
            .GetAllNetworkInterfaces()
            .Where(i => i.OperationalStatus == OperationalStatus.Up)
            .SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Select(a => a.Address)
            .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));

    /// <summary>Sends a text and returns everything received until the connection is closed or <paramref name="until"/> has come.</summary>
    public static async Task<string> RawAsync(Uri address, string request, string? until = null)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, House.Token);
        await connection.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), House.Token);
        using var reader = new StreamReader(connection.GetStream(), Encoding.UTF8);
        if (until is null)
        {
            return await reader.ReadToEndAsync(House.Token);
        }
        var answer = new StringBuilder();
        var buffer = new char[4096];
        while (
            !answer.ToString().Contains(until, StringComparison.Ordinal) && await reader.ReadAsync(buffer, House.Token) is > 0 and var read
        )
        {
            answer.Append(buffer, 0, read);
        }
        return answer.ToString();
    }
}
