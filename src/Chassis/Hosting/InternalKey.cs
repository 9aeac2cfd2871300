using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Mannam.Hosting;

/// <summary>The secret by which the services of an installation know each other's internal calls, when each is a process of its own.</summary>
/// <param name="secret">32 characters or more, of ASCII and without spaces.</param>
public sealed class InternalKey(string secret)
{
    /// <summary>The header in which a peer shows it. Internal calls are refused without it.</summary>
    public const string Header = "Mannam-Internal-Key";

    private readonly byte[] _secret = Encoding.UTF8.GetBytes(secret);

    /// <summary>Whether a request shows it.</summary>
    public bool IsShownBy(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Headers[Header] is [{ } shown] && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), _secret);
    }

    /// <summary>Lets a client show it with each request.</summary>
    public void ShowBy(HttpClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        client.DefaultRequestHeaders.Add(Header, secret);
    }
}
