namespace Mannam.Testing;

/// <summary>What becomes of a request or an answer on its way.</summary>
internal enum Delivery
{
    Arrives,
    IsLost,
    IsHeld,
}

/// <summary>The way from a caller to a service: what is sent may be lost or late, before it takes effect or after.</summary>
/// <param name="world">Whose network.</param>
/// <param name="from">The calling service; null for a person.</param>
/// <param name="to">The service called.</param>
internal sealed class NetworkLink(World world, string? from, string to) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = new Call(world, from, to, await CopyAsync(request));
        using (cancellationToken.UnsafeRegister(static (call, ct) => ((Call)call!).GiveUp(ct), call))
            return await call.SendAsync();
    }

    // The caller may be gone, and its request with it, before it is delivered.
    private static async Task<HttpRequestMessage> CopyAsync(HttpRequestMessage request)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri);
        foreach (var (name, values) in request.Headers)
            copy.Headers.TryAddWithoutValidation(name, values);
        if (request.Content is not null)
        {
            copy.Content = new ByteArrayContent(await request.Content.ReadAsByteArrayAsync(CancellationToken.None));
            foreach (var (name, values) in request.Content.Headers)
                copy.Content.Headers.TryAddWithoutValidation(name, values);
        }
        return copy;
    }
}
