using System.Net;

namespace Mannam.Host;

/// <summary>
/// Removes environment variables that would change a library's behaviour, before anything reads them. docs/environment.md lists the variables and the
/// decision for each.
/// </summary>
internal static class StartChecks
{
    // The environment may give the database's address and account (PGPASSWORD, PGPASSFILE, PGSSLROOTCERT, …), but not the session's settings.
    private static readonly string[] OfSessions =
    [
        "PGOPTIONS",
        "PGTZ",
        "PGCLIENTENCODING",
        "PGAPPNAME",
        "PGTARGETSESSIONATTRS",
        "PGGSSENCMODE",
        "PGREQUIREAUTH",
        "PGSSLNEGOTIATION",
    ];

    /// <summary>Call it before any library reads the environment.</summary>
    public static void Clear()
    {
        foreach (var name in OfSessions)
            Environment.SetEnvironmentVariable(name, null);
        // The system decides where time zones are.
        Environment.SetEnvironmentVariable("TZDIR", null);
        // The configuration says whom we call. A proxy in between would see names and amounts, and could answer for the callee.
        HttpClient.DefaultProxy = new WebProxy();
    }
}
