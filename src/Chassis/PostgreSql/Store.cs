using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>Opens connections to a database.</summary>
public static class Store
{
    /// <summary>The maximum number of a service's connections, besides its relay's: the sum of its <see cref="ConnectionPools"/>.</summary>
    public const int Connections = 8;

    // How long a request waits for a locked row or table. Twice this time is less than the second in which it must be answered.
    private const string HeldFor = "-c lock_timeout=300ms";

    // The server's limit is shorter than the client's: a statement that only the client gave up would go on.
    private const string RequestOptions = HeldFor + " -c statement_timeout=4s";

    // Plans are made while the tables are small, and kept: a plan that scans a whole table is always wrong, because all queries use an index. A custom plan
    // for few keys takes longer to make than to run. A process that stops in the middle of a transaction must not block the other replicas: its transaction
    // is rolled back after 30 s.
    private const string SessionOptions =
        "-c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c idle_in_transaction_session_timeout=30s";

    /// <summary>Adds the settings of the store's sessions: prepared statements that stay, and plans by index. Existing settings are kept.</summary>
    /// <param name="connectionString">The database.</param>
    public static string Tuned(string connectionString)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        if (given.Options?.Contains(SessionOptions, StringComparison.Ordinal) is true)
            return connectionString;
        // Sessions change nothing except prepared statements, so no reset is needed.
        given.NoResetOnClose = true;
        given.MaxAutoPrepare = Math.Max(64, given.MaxAutoPrepare);
        given.AutoPrepareMinUsages = 2;
        given.Options = $"{given.Options} {SessionOptions}".Trim();
        return given.ToString();
    }

    /// <summary>Opens a database that only uses PostgreSQL's own types, so that Npgsql need not load others.</summary>
    public static NpgsqlDataSource Open(string connectionString) =>
        new NpgsqlDataSourceBuilder(connectionString).ConfigureTypeLoading(types => types.EnableTypeLoading(false)).Build();

    /// <summary>For decisions and records of requests.</summary>
    internal static NpgsqlDataSource OpenForCommands(string connectionString, ConnectionPools pools) =>
        OpenForRequests(connectionString, pools.Commands);

    /// <summary>For reads of people.</summary>
    internal static NpgsqlDataSource OpenForReads(string connectionString, ConnectionPools pools) =>
        OpenForRequests(connectionString, pools.Reads);

    /// <summary>For loops and health.</summary>
    internal static NpgsqlDataSource OpenForLoops(string connectionString, ConnectionPools pools) =>
        Open(WithTimeouts(connectionString, pools.Loops, HeldFor, place: 5, answer: 15));

    private static NpgsqlDataSource OpenForRequests(string connectionString, int connections) =>
        Open(WithTimeouts(connectionString, connections, RequestOptions, place: 5, answer: 5));

    /// <summary>A connection string with timeouts for a store that does not answer.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="connections">The maximum number of connections.</param>
    /// <param name="options">More options of the session.</param>
    /// <param name="place">The time limit for a free or new connection, in seconds.</param>
    /// <param name="answer">The time limit for a statement, in seconds.</param>
    internal static string WithTimeouts(string connectionString, int connections, string options, int place, int answer)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        return new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxPoolSize = connections,
            Timeout = place,
            CommandTimeout = answer,
            // The connection is dropped. A cancellation would be one more request to the same server, with another wait.
            CancellationTimeout = -1,
            Options = $"{given.Options} {options}".Trim(),
        }.ToString();
    }
}
