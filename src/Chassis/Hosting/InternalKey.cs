using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Mannam.Hosting;

/// <summary>The secret by which services of an installation recognise each other's internal calls, if they run in several processes.</summary>
/// <param name="secret">At least 32 ASCII characters, without spaces.</param>
public sealed class InternalKey(string secret)
{
    /// <summary>The header with the key. Internal calls without it are refused.</summary>
    public const string Header = "Mannam-Internal-Key";

    private readonly byte[] _secret = Encoding.UTF8.GetBytes(secret);

    /// <summary>Whether a request has the key.</summary>
    public bool IsShownBy(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Headers[Header] is [{ } shown] && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), _secret);
    }

    /// <summary>Adds the key to each request of a client.</summary>
    public void ShowBy(HttpClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        client.DefaultRequestHeaders.Add(Header, secret);
    }
}
