using System.Globalization;
using System.Text;
using Mannam.Abstractions;
using Mannam.Host.Commands;
using Mannam.Hosting;
using Mannam.Local;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Npgsql;

namespace Mannam.Host;

/// <summary>Describes an installation, running or stopped: each service's declaration, configuration and state.</summary>
internal static class InstallationDescription
{
    /// <summary>A running installation: the state of each running service.</summary>
    /// <exception cref="InstallationException">The service does not exist.</exception>
    public static async Task<string> OfAsync(Machine machine, string? service, CancellationToken ct)
    {
        var settings = machine.Options.Configuration.SettingsOf(HostSettings.Scope);
        var databases = new Databases(machine.Options.Postgres, settings.Get(HostSettings.DatabasePrefix));
        var configured = EffectiveSetting.Configured(machine.Options.Configuration);
        var topics = machine.Options.Systems.ToDictionary(
            s => s.Name,
            s => machine.Options.Configuration.SettingsOf(s.SettingsScope).Get(s.Topic)
        );
        var text = new StringBuilder();
        foreach (var declared in Chosen(machine.Services, service))
        {
            var host = machine.Running.FirstOrDefault(h => h.Declaration.FullName == declared.FullName);
            Declared(text, declared, host is null ? "stopped" : "running");
            Configured(text, ScopedOf(declared, machine.Options.Systems), configured);
            await StandingAsync(text, declared, databases, topics, host?.Lag, ct);
            if (host is not null)
                Health(text, await host.HealthAsync(ct));
        }
        return service is null ? text + Process(configured) : text.ToString();
    }

    /// <summary>A stopped installation: the record of its last start, and its databases.</summary>
    /// <exception cref="InstallationException">The service does not exist, or the server is unreachable.</exception>
    public static async Task<string> OfAsync(
        Installation installation,
        IReadOnlyCollection<SystemDeclaration> systems,
        string? service,
        CancellationToken ct
    )
    {
        var chosen = Chosen(ServiceStore.All, service);
        var record = installation.Recall();
        var configured = new Dictionary<string, EffectiveSetting>(
            record.Settings ?? new Dictionary<string, EffectiveSetting>(),
            StringComparer.OrdinalIgnoreCase
        );
        var (server, started) = await installation.PostgresAsync(ct);
        try
        {
            var databases = new Databases(server, record.DatabasePrefix);
            var text = new StringBuilder();
            foreach (var declared in chosen)
            {
                Declared(text, declared, "stopped");
                Configured(text, ScopedOf(declared, systems), configured);
                await StandingAsync(text, declared, databases, record.Topics, null, ct);
            }
            return service is null ? text + Process(configured) : text.ToString();
        }
        finally
        {
            if (started is not null)
                await started.DisposeAsync();
        }
    }

    private static IReadOnlyCollection<ServiceDeclaration> Chosen(IReadOnlyCollection<ServiceDeclaration> all, string? service) =>
        service is null ? all : [ServiceStore.Declared(all, service)];

    private static void Declared(StringBuilder text, ServiceDeclaration declared, string state)
    {
        if (text.Length > 0)
            text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{declared.FullName}  {declared.Title}  ({state})");
        Line(text, "rank", ContextMap.RankOf(declared));
        Line(text, "serves", string.Join(" ", declared.Paths.Select(p => "/" + p)));
        Line(text, "publishes", string.Join(", ", declared.Publishes));
        Line(text, "subscribes", string.Join(", ", declared.SubscribesTo));
        Line(text, "calls", string.Join(", ", declared.Calls.Select(c => c.Peer)));
    }

    private static IEnumerable<(string Scope, Setting Setting)> ScopedOf(
        ServiceDeclaration declared,
        IEnumerable<SystemDeclaration> systems
    ) =>
        systems
            .Where(s => s.Name == declared.System)
            .Select(s => (s.SettingsScope, (Setting)s.Topic))
            .Concat(declared.AllSettings.Select(s => (declared.SettingsScope, s)));

    private static void Configured(
        StringBuilder text,
        IEnumerable<(string Scope, Setting Setting)> settings,
        IReadOnlyDictionary<string, EffectiveSetting> configured
    )
    {
        foreach (var (scope, setting) in settings)
        {
            var key = $"{scope}:{setting.Name}";
            var (value, source) = configured.TryGetValue(key, out var given)
                ? (given.Value, given.Source)
                : (setting.Default ?? "-", setting.Default is null ? "not set" : "default");
            Line(text, "setting", $"{key} = {value}  ({source})  {setting.Meaning}");
        }
    }

    private static string Process(IReadOnlyDictionary<string, EffectiveSetting> configured)
    {
        var text = new StringBuilder().AppendLine().AppendLine("the process");
        Configured(text, HostSettings.All.Select(s => (HostSettings.Scope, s)), configured);
        return text.ToString();
    }

    // A service with its own kind of tables (the provider) has no events and no scheduled messages.
    private static async Task StandingAsync(
        StringBuilder text,
        ServiceDeclaration declared,
        Databases databases,
        IReadOnlyDictionary<string, string> topics,
        long? lag,
        CancellationToken ct
    )
    {
        if (declared.System.Length == 0)
            return;
        try
        {
            await using var database = NpgsqlDataSource.Create(databases.Service(declared.FullName));
            var figures = await ServiceTables.StatisticsAsync(database, ct);
            foreach (var topic in figures.Positions.GroupBy(p => p.Topic))
                Line(text, "positions", $"{topic.Key}  {string.Join(" ", topic.Select(p => $"{p.Partition}:{p.Next}"))}");
            if (declared.SubscribesTo.Count > 0)
                Line(text, "lag", lag is null ? await StoredLagAsync(databases, topics[declared.System], figures, ct) : Number(lag.Value));
            Line(text, "waiting", Number(figures.Waiting));
            Line(text, "parked", Number(figures.Parked));
            Line(text, "unsent", Number(figures.Unsent));
            Line(text, "due", Number(figures.Owed));
        }
        catch (PostgresException e)
            when (e.SqlState
                    is PostgresErrorCodes.InvalidCatalogName
                        or PostgresErrorCodes.UndefinedTable
                        or PostgresErrorCodes.UndefinedColumn
            )
        {
            Line(text, "store", "never used by this version");
        }
        catch (NpgsqlException e)
        {
            Line(text, "store", $"unreachable: {e.Message}");
        }
    }

    // A running service knows which records it can skip; its stored position contains that only from time to time.
    private static async Task<string> StoredLagAsync(Databases databases, string topic, ServiceStatistics figures, CancellationToken ct)
    {
        await using var log = NpgsqlDataSource.Create(databases.Log(topic));
        var positions = figures.Positions.Where(p => p.Topic == topic).Select(p => (p.Partition, p.Next)).ToList();
        return $"at most {Number(await EventHistory.CountFromAsync(log, positions, ct))}";
    }

    private static void Health(StringBuilder text, ServiceHealth health)
    {
        Line(text, "health", $"{(health.Live ? "live" : "not live")}, {(health.Ready ? "ready" : "not ready")}");
        foreach (var (what, state) in health.Details.OrderBy(d => d.Key, StringComparer.Ordinal))
            Line(text, "", $"{what}: {state}");
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, string name, string what)
    {
        if (what.Length > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {name, -10}  {what}");
    }
}
