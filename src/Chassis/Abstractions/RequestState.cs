namespace Mannam.Abstractions;

/// <summary>The state of a request that was recorded but never answered. Its aggregate determines it.</summary>
public enum RequestState
{
    /// <summary>Its outcome is not known: it runs on another replica, or a crash left it and it is not settled yet.</summary>
    Pending,

    /// <summary>The request succeeded.</summary>
    Active,

    /// <summary>The request was settled as failed.</summary>
    Ended,
}
