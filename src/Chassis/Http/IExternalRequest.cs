namespace Mannam.Http;

/// <summary>
/// A request feature of requests that came through the front door or a gateway. Internal operations refuse such a request.
/// </summary>
#pragma warning disable CA1040 // a marker: only its presence matters
public interface IExternalRequest;
#pragma warning restore CA1040
