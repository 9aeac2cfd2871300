namespace Mannam.Abstractions;

/// <summary>A business: services that share a topic and a correlation key.</summary>
/// <param name="Name">Its name in paths, settings, topics and on the command line: <c>taxi</c>.</param>
/// <param name="Title">The name that people use.</param>
/// <param name="CorrelationKey">The documents' name for the id of a saga: <c>matchId</c>.</param>
public sealed record SystemDeclaration(string Name, string Title, string CorrelationKey)
{
    /// <summary>Its services, in the order in which they start. They stop in the reverse order.</summary>
    public IReadOnlyList<ServiceDeclaration> Services { get; init; } = [];

    /// <summary>The port of its gateway.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>The topic of its events; its name by default.</summary>
    public Setting<string> Topic { get; } = new("Topic", "the topic of the system's events", Name, TopicName);

    /// <summary>The prefix of its settings' names: <c>Taxi</c>.</summary>
    public string SettingsScope { get; } = char.ToUpperInvariant(Name[0]) + Name[1..];

    /// <summary>Returns the system with one more service.</summary>
    public SystemDeclaration With(ServiceDeclaration service) => this with { Services = [.. Services, service] };

    /// <summary>The published events by name, each with its source.</summary>
    public IReadOnlySet<(string Event, string Source)> Publishers =>
        Services.SelectMany(s => s.Publishes.Select(e => (e, s.Source))).ToHashSet();

    /// <summary>All settings of the system and its services, each with its scope.</summary>
    public IEnumerable<(string Scope, Setting Setting)> AllSettings() =>
        Services.SelectMany(s => s.AllSettings.Select(setting => (s.SettingsScope, setting))).Prepend((SettingsScope, Topic));

    // Kafka's rule. The limit keeps the database's name within PostgreSQL's 63 characters.
    private static string TopicName(string text) =>
        text.Length is > 0 and <= 39 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? text
            : throw new FormatException("1 to 39 letters, digits, dots, - and _ are expected");
}
