using System.CommandLine;
using System.Globalization;
using System.Text;
using Mannam.Abstractions;

namespace Mannam.Host.Commands;

/// <summary><c>mannam map taxi</c>: the context map of a system, drawn from its declarations, as in <c>docs/architecture.md</c>.</summary>
internal static class ContextMap
{
    public static Command Command()
    {
        var system = new Argument<string>("system") { Description = "The system, such as taxi." };
        var command = new Command("map", "Prints a system's context map in Mermaid: events, subscriptions and calls.") { system };
        command.SetAction(parsed => Console.Out.Write(Draw(Up.Named(parsed.GetValue(system)!))));
        return command;
    }

    /// <summary>Draws the map: a solid arrow is a synchronous call, a dotted one an event that a policy subscribes to.</summary>
    public static string Draw(SystemDeclaration system)
    {
        ArgumentNullException.ThrowIfNull(system);
        var map = new StringBuilder("flowchart LR\n");
        foreach (var service in system.Services)
        {
            map.Append(
                CultureInfo.InvariantCulture,
                $"    {service.Name}[\"{service.Title}<br/><i>{service.Name}, {RankOf(service)}</i>\"]\n"
            );
        }

        foreach (var (caller, peer) in system.Services.SelectMany(s => s.Calls.Select(c => (s.Name, c.Peer))))
            map.Append(CultureInfo.InvariantCulture, $"    {caller} -->|calls| {NameOf(peer)}\n");
        foreach (var publisher in system.Services)
        {
            foreach (var subscriber in system.Services)
            {
                var shared = publisher.Publishes.Where(subscriber.SubscribesTo.Contains).ToList();
                if (shared.Count > 0)
                {
                    map.Append(
                        CultureInfo.InvariantCulture,
                        $"    {publisher.Name} -.->|{string.Join("<br/>", shared)}| {subscriber.Name}\n"
                    );
                }
            }
        }
        return map.ToString();
    }

    /// <summary>The word for a service's rank: <c>core</c>.</summary>
    public static string RankOf(ServiceDeclaration service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return service.Rank.ToString().ToLowerInvariant();
    }

    private static string NameOf(string peer) => peer[(peer.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
