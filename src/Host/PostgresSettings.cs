namespace Mannam.Host;

/// <summary>
/// Mannam's settings for its private PostgreSQL. The cluster's <c>postgresql.conf</c> includes this file. It is written at every start, because the
/// number of connections depends on the pools, and the socket's folder on the data folder.
/// </summary>
internal sealed record PostgresSettings(string ClusterName, string SocketFolder, int Connections, int SuperuserReserve)
{
    internal const string FileName = "mannam.conf";

    /// <summary>Part of the socket's name; there is no TCP port.</summary>
    internal const int Port = 5432;

    internal string ToText() =>
        $"""
            # Written by Mannam at every start; your own settings belong behind the include in postgresql.conf.
            listen_addresses = ''
            port = {Port}
            unix_socket_directories = '"{SocketFolder}"'
            unix_socket_permissions = 0700
            cluster_name = '{ClusterName}'
            max_connections = {Connections}
            superuser_reserved_connections = {SuperuserReserve}

            # What is committed is on the disk, whatever happens.
            fsync = on
            synchronous_commit = on
            full_page_writes = on

            # A small machine, short transactions, no replicas.
            shared_buffers = 64MB
            maintenance_work_mem = 32MB
            max_wal_size = 512MB
            wal_level = minimal
            max_wal_senders = 0
            max_worker_processes = 2
            max_parallel_workers_per_gather = 0
            max_logical_replication_workers = 0
            autovacuum_max_workers = 2
            jit = off

            # Statements hold people's names; the log keeps them out.
            log_min_error_statement = panic
            log_checkpoints = off
            log_line_prefix = '%m [%p] '
            log_timezone = 'UTC'
            timezone = 'UTC'

            """;
}
