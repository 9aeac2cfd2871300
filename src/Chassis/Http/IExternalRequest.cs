namespace Mannam.Http;

/// <summary>
/// A request feature that says: this request came through the front door or a gateway. Internal operations
/// are not served to a request that carries it.
/// </summary>
#pragma warning disable CA1040 // a marker: its presence is the message
public interface IExternalRequest;
#pragma warning restore CA1040
