namespace Mannam.PostgreSql;

/// <summary>Classifies all classes of PostgreSQL's appendix A. docs/reliability-outside.md explains the choices.</summary>
internal static class SqlStates
{
    /// <summary>Chassis.sql raises it for a decision on a scheduled message that is gone.</summary>
    public const string Done = "MN001";

    // The first matching row counts, so a single code comes before its class. An unknown code is the store's fault: a retry too many is better than losing
    // a paid request.
    private static readonly (string Prefix, StoreFault Fault, string Words)[] Table =
    [
        (Done, StoreFault.Conflict, "somebody else has done it"),
        ("03", StoreFault.Refused, "the statement is not complete"),
        ("08", StoreFault.Unreachable, "the connection is lost"),
        ("09", StoreFault.Data, "a trigger failed"),
        ("0A", StoreFault.Refused, "a plan or a feature is not supported any more"),
        ("20", StoreFault.Data, "no case fits"),
        ("21", StoreFault.Data, "a subquery has more than one row"),
        ("22", StoreFault.Data, "a value is not allowed"),
        ("23505", StoreFault.Conflict, "the row is there already"),
        ("23P01", StoreFault.Conflict, "another row excludes it"),
        ("23", StoreFault.Data, "a constraint does not hold"),
        ("25006", StoreFault.Refused, "the store only reads"),
        ("25P03", StoreFault.Unreachable, "the transaction was idle for too long"),
        ("25P04", StoreFault.Unreachable, "the transaction took too long"),
        ("25", StoreFault.Refused, "the transaction is in a wrong state"),
        ("26", StoreFault.Refused, "a prepared statement is gone"),
        ("27", StoreFault.Data, "a trigger changed the row again"),
        ("28", StoreFault.Refused, "the store does not accept the login"),
        ("2F", StoreFault.Data, "a function failed"),
        ("38", StoreFault.Data, "an external function failed"),
        ("39", StoreFault.Data, "an external function was called wrongly"),
        ("3D", StoreFault.Refused, "the database is not there"),
        ("3F", StoreFault.Refused, "the schema is not there"),
        ("40003", StoreFault.Unreachable, "it is not known whether the statement was completed"),
        ("40", StoreFault.Conflict, "the transaction was rolled back: a conflict or a deadlock"),
        ("42", StoreFault.Refused, "a table, a column or a right is missing"),
        ("44", StoreFault.Data, "the row does not belong to the view"),
        ("53", StoreFault.Refused, "the store is full: disk, memory or connections"),
        ("54", StoreFault.Data, "a value is too large"),
        ("55P03", StoreFault.Refused, "locked by somebody else"),
        ("55", StoreFault.Refused, "an object is in use, or not ready"),
        ("57014", StoreFault.Refused, "cancelled by an operator or by a timeout"),
        ("57P", StoreFault.Unreachable, "the store stops, starts or ended the connection"),
        ("57", StoreFault.Refused, "an operator intervened"),
        ("58", StoreFault.Refused, "the store's system failed"),
        ("F0", StoreFault.Refused, "the store's configuration file"),
        ("P0", StoreFault.Data, "a trigger refused it"),
        ("XX", StoreFault.Refused, "the store has an error of its own"),
    ];

    /// <summary>The cause of a code.</summary>
    public static StoreFault FaultOf(string state) => Of(state).Fault;

    /// <summary>Our own words for a code, because the store's text may contain personal data.</summary>
    public static string WordsOf(string state) => Of(state).Words;

    private static (StoreFault Fault, string Words) Of(string state)
    {
        foreach (var (prefix, fault, words) in Table)
        {
            if (state.StartsWith(prefix, StringComparison.Ordinal))
                return (fault, words);
        }
        return (StoreFault.Refused, "the store refused it");
    }
}
