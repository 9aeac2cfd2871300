using System.Runtime.Versioning;

// /proc, signals by number and a private PostgreSQL: the benchmark is for the machines Mannam is for.
[assembly: SupportedOSPlatform("linux")]
