using System.Reflection;
using Mannam.Abstractions;
using Mannam.Gateway;
using Mannam.Hosting;
using Mannam.Http;
using Mannam.Kafka;
using Mannam.Local;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Mannam.Testing;
using Xunit;

namespace Mannam.Tests.Packages;

/// <summary>The packages of the chassis: which may need which, and what each offers to everybody.</summary>
public sealed class PackagesTests
{
    // As docs/architecture.md draws them: a package needs those that are named, and what these need.
    internal static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Mannam.Abstractions"] = [],
        ["Mannam.Messaging"] = ["Mannam.Abstractions"],
        ["Mannam.PostgreSql"] = ["Mannam.Messaging", "Mannam.Abstractions"],
        ["Mannam.Kafka"] = ["Mannam.Messaging", "Mannam.Abstractions"],
        ["Mannam.Local"] = ["Mannam.PostgreSql", "Mannam.Messaging", "Mannam.Abstractions"],
        ["Mannam.Http"] = ["Mannam.Messaging", "Mannam.Abstractions"],
        ["Mannam.Hosting"] = ["Mannam.Http", "Mannam.Messaging", "Mannam.Abstractions"],
        ["Mannam.Gateway"] = ["Mannam.Hosting", "Mannam.Http", "Mannam.Messaging", "Mannam.Abstractions"],
        ["Mannam.Testing"] = ["Mannam.Local", "Mannam.Hosting", "Mannam.PostgreSql", "Mannam.Messaging", "Mannam.Abstractions"],
    };

    // Who may know a database, a broker or the web.
    internal static readonly Dictionary<string, string[]> Foreign = new()
    {
        ["Mannam.Abstractions"] = [],
        ["Mannam.Messaging"] = ["Microsoft.Extensions", "Polly"],
        ["Mannam.PostgreSql"] = ["Microsoft.Extensions", "Microsoft.EntityFrameworkCore", "Npgsql"],
        ["Mannam.Kafka"] = ["Microsoft.Extensions", "Confluent.Kafka"],
        ["Mannam.Local"] = ["Microsoft.Extensions", "Npgsql"],
        ["Mannam.Http"] =
        [
            "Microsoft.Extensions",
            "Microsoft.AspNetCore",
            "Microsoft.Net.Http.Headers",
            "Microsoft.EntityFrameworkCore",
            "Microsoft.OpenApi",
        ],
        ["Mannam.Hosting"] = ["Microsoft.Extensions", "Microsoft.AspNetCore", "Microsoft.OpenApi", "Polly"],
        ["Mannam.Gateway"] = ["Microsoft.Extensions", "Microsoft.AspNetCore", "Microsoft.OpenApi", "Yarp"],
        ["Mannam.Testing"] = ["Microsoft.Extensions", "Microsoft.AspNetCore", "Microsoft.OpenApi", "Npgsql"],
    };

    private static readonly Assembly[] All =
    [
        typeof(Aggregate).Assembly,
        typeof(ITransport).Assembly,
        typeof(ServiceDb).Assembly,
        typeof(KafkaTransport).Assembly,
        typeof(LocalTransport).Assembly,
        typeof(Problem).Assembly,
        typeof(ServiceHost).Assembly,
        typeof(Edge).Assembly,
        typeof(KillSwitch).Assembly,
    ];

    public static TheoryData<string> Names => [.. All.Select(a => a.GetName().Name!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_package_needs_only_those_below_it(string name)
    {
        var needed = Of(name).GetReferencedAssemblies().Select(r => r.Name!).ToList();
        Assert.Empty(needed.Where(n => n.StartsWith("Mannam.", StringComparison.Ordinal)).Except(Arrows[name]));
        var foreign = needed.Where(n =>
            !n.StartsWith("Mannam.", StringComparison.Ordinal) && !n.StartsWith("System", StringComparison.Ordinal)
        );
        Assert.All(foreign, n => Assert.Contains(Foreign[name], f => n.StartsWith(f, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_a_package_offers_is_listed_beside_it(string name)
    {
        var listed = Path.Combine(Checkout.Folder, "src", "Chassis", name["Mannam.".Length..], "PublicApi.txt");
        var offered = PublicApi.Of(Of(name));
        if (File.Exists(listed) && File.ReadAllText(listed) == offered)
            return;
        var now = Path.Combine(Path.GetTempPath(), $"{name}.PublicApi.txt");
        File.WriteAllText(now, offered);
        Assert.Fail($"{listed} does not list what {name} offers. If that is meant: cp {now} {listed}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_package_says_on_one_screen_what_it_is_for(string name)
    {
        var readme = File.ReadAllLines(Path.Combine(Checkout.Folder, "src", "Chassis", name["Mannam.".Length..], "README.md"));
        Assert.Equal($"# {name}", readme[0]);
        Assert.InRange(readme.Length, 10, 60);
    }

    private static Assembly Of(string name) => All.Single(a => a.GetName().Name == name);
}
