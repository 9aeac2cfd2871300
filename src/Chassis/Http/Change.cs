namespace Mannam.Http;

/// <summary>What a person may change an item to: a word for its state, and what has to be sent with that word.</summary>
public static class Change
{
    /// <summary>The word alone.</summary>
    /// <param name="word">The word, such as <c>Cancel</c>.</param>
    /// <param name="decide">What the aggregate decides.</param>
    public static Change<TAggregate> To<TAggregate>(string word, Func<TAggregate, Decision> decide)
        where TAggregate : Aggregate => new(word, null, _ => decide);

    /// <summary>The word with data.</summary>
    /// <param name="word">The word.</param>
    /// <param name="decide">What the aggregate decides.</param>
    /// <typeparam name="TAggregate">What the item is of.</typeparam>
    /// <typeparam name="TFields">The fields that are sent with the word, as <see cref="BoundRequest{TFields}"/> has them; what is not nullable is required.</typeparam>
    public static Change<TAggregate> To<TAggregate, TFields>(string word, Func<TAggregate, TFields, Decision> decide)
        where TAggregate : Aggregate
        where TFields : class => To<TAggregate, TFields>(word, (aggregate, sent, _) => decide(aggregate, sent));

    /// <summary>The word with data, where the decision needs to know something besides: the time, a setting as it is now.</summary>
    /// <param name="word">The word.</param>
    /// <param name="decide">What the aggregate decides, with the services of the request. It does no I/O.</param>
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

/// <summary>What a person may change an item to, see <see cref="Change"/>.</summary>
public sealed class Change<TAggregate>
    where TAggregate : Aggregate
{
    internal Change(string word, EndpointDescription.Taken? data, Func<RequestFields, Func<TAggregate, Decision>> bind) =>
        (Word, Data, Bind) = (word, data, bind);

    internal string Word { get; }

    /// <summary>What is sent with the word; null where nothing is.</summary>
    internal EndpointDescription.Taken? Data { get; }

    /// <summary>Reads what is sent with the word, and notes what is wrong; gives what is decided.</summary>
    internal Func<RequestFields, Func<TAggregate, Decision>> Bind { get; }
}
