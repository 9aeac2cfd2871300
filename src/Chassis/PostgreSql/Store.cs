using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>How a database is reached.</summary>
public static class Store
{
    /// <summary>Connections that a service keeps at most, besides its relay's: the sum of its <see cref="ConnectionPools"/>.</summary>
    public const int Connections = 8;

    // A request waits so long for a row or a table that somebody else holds. Twice this is less than the second in which it is answered.
    private const string HeldFor = "-c lock_timeout=300ms";

    // The server gives up before the client does: a statement that the client gave up would go on.
    private const string RequestOptions = HeldFor + " -c statement_timeout=4s";

    // Plans are made while the tables are small, and kept for long: one that reads a whole table is never right where all is found by an index, and one made anew
    // each time, because few keys are asked for, takes longer than what it plans. And a process that stands still in the middle of a transaction does not
    // hold up the other replicas for longer than that: what it had begun is rolled back.
    private const string SessionOptions =
        "-c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c idle_in_transaction_session_timeout=30s";

    /// <summary>The connection string with what the store's sessions need: prepared statements that stay, and plans by index. What was tuned stays as it is.</summary>
    /// <param name="connectionString">The database.</param>
    public static string Tuned(string connectionString)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        if (given.Options?.Contains(SessionOptions, StringComparison.Ordinal) is true)
            return connectionString;
        // Nothing in a session is changed but what is prepared, so there is nothing to reset.
        given.NoResetOnClose = true;
        given.MaxAutoPrepare = Math.Max(64, given.MaxAutoPrepare);
        given.AutoPrepareMinUsages = 2;
        given.Options = $"{given.Options} {SessionOptions}".Trim();
        return given.ToString();
    }

    /// <summary>Connections to a database whose columns have PostgreSQL's own types, so that none need be asked for which others there are.</summary>
    public static NpgsqlDataSource Open(string connectionString) =>
        new NpgsqlDataSourceBuilder(connectionString).ConfigureTypeLoading(types => types.EnableTypeLoading(false)).Build();

    /// <summary>For what requests decide and record.</summary>
    internal static NpgsqlDataSource OpenForCommands(string connectionString, ConnectionPools pools) =>
        OpenForRequests(connectionString, pools.Commands);

    /// <summary>For what people ask for.</summary>
    internal static NpgsqlDataSource OpenForReads(string connectionString, ConnectionPools pools) =>
        OpenForRequests(connectionString, pools.Reads);

    /// <summary>For the service's own loops, and for its health.</summary>
    internal static NpgsqlDataSource OpenForLoops(string connectionString, ConnectionPools pools) =>
        Open(WithTimeouts(connectionString, pools.Loops, HeldFor, place: 5, answer: 15));

    private static NpgsqlDataSource OpenForRequests(string connectionString, int connections) =>
        Open(WithTimeouts(connectionString, connections, RequestOptions, place: 5, answer: 5));

    /// <summary>The connection string of whoever gives a store up that does not answer.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="connections">How many at most.</param>
    /// <param name="options">More options of the session.</param>
    /// <param name="place">Seconds in which a connection must be free, or made.</param>
    /// <param name="answer">Seconds in which a statement must be answered.</param>
    internal static string WithTimeouts(string connectionString, int connections, string options, int place, int answer)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        return new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxPoolSize = connections,
            Timeout = place,
            CommandTimeout = answer,
            // The connection is dropped. To cancel the statement, the same server would have to be asked again, and waited for.
            CancellationTimeout = -1,
            Options = $"{given.Options} {options}".Trim(),
        }.ToString();
    }
}
