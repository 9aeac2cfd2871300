namespace Mannam.Abstractions;

/// <summary>A peer that a service calls synchronously.</summary>
/// <param name="Peer">Its full name, such as <c>taxi.payment</c>.</param>
/// <param name="Address">The setting that holds its address; on one machine it is known by itself.</param>
/// <param name="Limits">Timeout, circuit and the like; null where the caller asks until it knows.</param>
public sealed record PeerCall(string Peer, Setting<IReadOnlyList<Uri>> Address, CallLimits? Limits = null)
{
    /// <summary>A call whose settings' names begin with <paramref name="name"/>: <c>PaymentUrl</c>, <c>PaymentTimeout</c>, …</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="name">What their names begin with.</param>
    /// <param name="timeout">The default timeout, milliseconds.</param>
    /// <param name="variables">The documents' environment variables for the address.</param>
    public static PeerCall To(string peer, string name, long timeout, params string[] variables) =>
        new(peer, Setting.Addresses(name + "Url", $"the address of {peer}") with { Variables = variables }, new CallLimits(name, timeout));

    /// <summary>The settings of the call.</summary>
    public IEnumerable<Setting> AllSettings => [Address, .. Limits?.All ?? []];
}
