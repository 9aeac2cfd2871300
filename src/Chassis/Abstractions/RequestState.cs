namespace Mannam.Abstractions;

/// <summary>How it stands with a request that was recorded and never answered, told by its aggregate.</summary>
public enum RequestState
{
    /// <summary>Its outcome is not known: it runs somewhere, or what a crash left of it is not settled yet.</summary>
    Pending,

    /// <summary>It came about.</summary>
    Active,

    /// <summary>It was settled as never having come about.</summary>
    Ended,
}
