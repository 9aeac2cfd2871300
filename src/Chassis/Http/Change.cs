namespace Mannam.Http;

/// <summary>A change that a person may make to an item: a word for its new state, and the data for that word.</summary>
public static class Change
{
    /// <summary>A word without data.</summary>
    /// <param name="word">The word, such as <c>Cancel</c>.</param>
    /// <param name="decide">The aggregate's decision.</param>
    public static Change<TAggregate> To<TAggregate>(string word, Func<TAggregate, Decision> decide)
        where TAggregate : Aggregate => new(word, null, _ => decide);

    /// <summary>A word with data.</summary>
    /// <param name="word">The word.</param>
    /// <param name="decide">The aggregate's decision.</param>
    /// <typeparam name="TAggregate">The aggregate of the item.</typeparam>
    /// <typeparam name="TFields">The fields that are sent with the word, as in <see cref="BoundRequest{TFields}"/>; fields that are not nullable are
    /// required.</typeparam>
    public static Change<TAggregate> To<TAggregate, TFields>(string word, Func<TAggregate, TFields, Decision> decide)
        where TAggregate : Aggregate
        where TFields : class => To<TAggregate, TFields>(word, (aggregate, sent, _) => decide(aggregate, sent));

    /// <summary>A word with data, for a decision that needs more: the time, or a current setting.</summary>
    /// <param name="word">The word.</param>
    /// <param name="decide">The aggregate's decision, with the services of the request. It does no I/O.</param>
    /// <inheritdoc cref="To{TAggregate, TFields}(string, Func{TAggregate, TFields, Decision})"/>
    public static Change<TAggregate> To<TAggregate, TFields>(string word, Func<TAggregate, TFields, IServiceProvider, Decision> decide)
        where TAggregate : Aggregate
        where TFields : class =>
        new(
            word,
            new(typeof(TFields), RequestBinder<TFields>.Declared),
            fields =>
            {
                var sent = RequestBinder<TFields>.Bind(fields);
                return aggregate => decide(aggregate, sent, fields.Request.HttpContext.RequestServices);
            }
        );
}

/// <summary>A change that a person may make to an item, see <see cref="Change"/>.</summary>
public sealed class Change<TAggregate>
    where TAggregate : Aggregate
{
    internal Change(string word, EndpointDescription.Taken? data, Func<RequestFields, Func<TAggregate, Decision>> bind) =>
        (Word, Data, Bind) = (word, data, bind);

    internal string Word { get; }

    /// <summary>The fields that are sent with the word; null if there are none.</summary>
    internal EndpointDescription.Taken? Data { get; }

    /// <summary>Reads the fields of the word, and adds errors. Returns the decision.</summary>
    internal Func<RequestFields, Func<TAggregate, Decision>> Bind { get; }
}
