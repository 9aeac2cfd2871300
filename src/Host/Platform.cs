// Unix sockets, file modes and PostgreSQL's account: Linux is what Mannam runs on.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
