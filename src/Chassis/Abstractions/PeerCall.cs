namespace Mannam.Abstractions;

/// <summary>A peer that a service calls synchronously.</summary>
/// <param name="Peer">Its full name, such as <c>taxi.payment</c>.</param>
/// <param name="Address">The setting with its address. On one machine the address is known without it.</param>
/// <param name="Limits">Timeout, circuit and other limits; null if the caller repeats the call until it knows the outcome.</param>
public sealed record PeerCall(string Peer, Setting<IReadOnlyList<Uri>> Address, CallLimits? Limits = null)
{
    /// <summary>A call whose settings have the prefix <paramref name="name"/>: <c>PaymentUrl</c>, <c>PaymentTimeout</c>, …</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="name">The prefix of the settings' names.</param>
    /// <param name="timeout">The default timeout, in milliseconds.</param>
    /// <param name="variables">The documents' environment variables for the address.</param>
    public static PeerCall To(string peer, string name, long timeout, params string[] variables) =>
        new(peer, Setting.Addresses(name + "Url", $"the address of {peer}") with { Variables = variables }, new CallLimits(name, timeout));

    /// <summary>The settings of the call.</summary>
    public IEnumerable<Setting> AllSettings => [Address, .. Limits?.All ?? []];
}
