using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>
/// Absolute addresses of one resource, with the scheme, host and prefix of the request. Most requests use the same address, so its bytes are
/// cached until another one is used.
/// </summary>
internal sealed class ResourceLinks(string path)
{
    private Base? _last;

    /// <summary>The address of the collection, as the inside of a JSON string.</summary>
    public ReadOnlySpan<byte> Collection(HttpRequest request) => Of(request).Json;

    /// <summary>The address of an item, for a header.</summary>
    public string Item(HttpRequest request, string id) => $"{Of(request).Text}/{id}";

    private Base Of(HttpRequest request)
    {
        var last = _last;
        return last is not null && last.IsOf(request) ? last : _last = new Base(request, path);
    }

    private sealed class Base
    {
        private readonly string _scheme;
        private readonly HostString _host;
        private readonly PathString _prefix;

        public Base(HttpRequest request, string path)
        {
            (_scheme, _host, _prefix) = (request.Scheme, request.Host, request.PathBase);
            Text = $"{_scheme}://{_host.ToUriComponent()}{PathNormalization.Normalize(_prefix).ToUriComponent().TrimEnd('/')}/{path}";
            Json = JsonEncodedText.Encode(Text, JavaScriptEncoder.Default).EncodedUtf8Bytes.ToArray();
        }

        public string Text { get; }

        public byte[] Json { get; }

        public bool IsOf(HttpRequest request) =>
            string.Equals(_host.Value, request.Host.Value, StringComparison.Ordinal)
            && string.Equals(_scheme, request.Scheme, StringComparison.Ordinal)
            && string.Equals(_prefix.Value, request.PathBase.Value, StringComparison.Ordinal);
    }
}
