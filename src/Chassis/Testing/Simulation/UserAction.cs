using System.Globalization;
using System.Text.Json.Nodes;

namespace Mannam.Testing;

/// <summary>What one user does: a call, or a change of settings.</summary>
/// <param name="Text">A sentence for the story of the run, such as <c>Kim takes #1</c>.</param>
/// <param name="Kind">The kind of action, such as <c>take</c>.</param>
/// <param name="Call">Method and path, such as <c>POST /pickUps</c>. The service is the one whose <c>Paths</c> hold the first segment.</param>
/// <param name="Body">The body, sent as JSON; null for none.</param>
public sealed record UserAction(string Text, string Kind, string Call, object? Body = null)
{
    /// <summary>The <c>Idempotency-Key</c>; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>A path that is read before the call, such as <c>/schedule?consultId=5</c>. A field of the answer replaces <c>{field}</c> in the call. Where nothing
    /// is found, no call is made.</summary>
    public string? Lookup { get; init; }

    /// <summary>Settings that are changed while the services run. Then no call is made.</summary>
    public IReadOnlyDictionary<string, string>? ChangedSettings { get; init; }

    /// <summary>The number in the run of the saga that it is about, from 1; 0 for none.</summary>
    public int Saga { get; init; }

    /// <summary>Who does it.</summary>
    public string Who { get; init; } = "";
}

/// <summary>How a call of a user was answered.</summary>
/// <param name="Action">What the user did.</param>
/// <param name="Status">The HTTP status; 0 when no answer came.</param>
/// <param name="Body">The body; null when there was none.</param>
/// <param name="Saga">The number in the run of the saga that the answer names; 0 for none.</param>
public sealed record UserAnswer(UserAction Action, int Status, JsonNode? Body, int Saga);

/// <summary>What the users of a run have done so far.</summary>
/// <param name="First">The correlation key before that of saga 1.</param>
/// <param name="Actions">The actions in their order.</param>
public sealed record UserHistory(long First, IReadOnlyList<UserAction> Actions)
{
    /// <summary>The correlation key of a saga by its number in the run.</summary>
    public long KeyOf(int saga) => First + saga;

    /// <summary>How many actions of a kind there were.</summary>
    public int Count(string kind) => Actions.Count(a => a.Kind == kind);

    /// <summary>The same action, every other time with an <c>Idempotency-Key</c> of its own.</summary>
    public UserAction WithKeySometimes(Random random, UserAction action)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(action);
        if (random.Next(2) == 0)
            return action;
        var key = Actions.Count + 1;
        return action with { Text = $"{action.Text} with key {key}", Key = string.Create(CultureInfo.InvariantCulture, $"{First}-{key}") };
    }

    /// <summary>An earlier action that had an <c>Idempotency-Key</c>, once more with the same key; null when there was none.</summary>
    public UserAction? Repeat(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var keyed = Actions.Where(a => a.Key is not null).ToList();
        if (keyed.Count == 0)
            return null;
        var again = keyed[random.Next(keyed.Count)];
        return again with { Text = $"again {again.Text.Replace("again ", "", StringComparison.Ordinal)}" };
    }
}
