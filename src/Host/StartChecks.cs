using System.Net;

namespace Mannam.Host;

/// <summary>
/// Variables of the environment that steer a library behind our back. They are taken out before anything reads them; docs/environment.md tells which
/// variables there are, and what became of each.
/// </summary>
internal static class StartChecks
{
    // Where a database is and who asks it may stand in the environment (PGPASSWORD, PGPASSFILE, PGSSLROOTCERT, …). What a session is, may not.
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

    /// <summary>To be called before any library reads the environment.</summary>
    public static void Clear()
    {
        foreach (var name in OfSessions)
            Environment.SetEnvironmentVariable(name, null);
        // Where time zones are is the system's business.
        Environment.SetEnvironmentVariable("TZDIR", null);
        // Whom we call is configured. A proxy in between would see names and money, and could answer in the callee's place.
        HttpClient.DefaultProxy = new WebProxy();
    }
}
