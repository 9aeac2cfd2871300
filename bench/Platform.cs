using System.Runtime.Versioning;

// /proc, signals by number and a private PostgreSQL: the benchmark only runs where Mannam runs.
[assembly: SupportedOSPlatform("linux")]
