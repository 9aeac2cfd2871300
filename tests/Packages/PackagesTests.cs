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

/// <summary>The packages of the chassis: allowed references, and public API.</summary>
public sealed class PackagesTests
{
    // The references between packages, as drawn in docs/architecture.md.
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

    // Foreign assemblies that each package may reference, such as a database driver, a Kafka client or ASP.NET Core.
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

    [Fact]
    public void Test_folders_are_named_after_packages()
    {
        // Counting is the test system that many of these tests use.
        var packages = Arrows.Keys.Select(name => name["Mannam.".Length..]).Append("Counting");

        var folders = Directory.GetDirectories(Path.Combine(Checkout.Folder, "tests/Chassis")).Select(folder => Path.GetFileName(folder));

        Assert.Empty(folders.Except(packages));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_package_references_only_packages_below_it(string name)
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
    public void The_public_API_of_a_package_is_listed_in_its_PublicApi_file(string name)
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
    public void The_README_of_a_package_fits_on_one_screen(string name)
    {
        var readme = File.ReadAllLines(Path.Combine(Checkout.Folder, "src", "Chassis", name["Mannam.".Length..], "README.md"));
        Assert.Equal($"# {name}", readme[0]);
        Assert.InRange(readme.Length, 10, 60);
    }

    private static Assembly Of(string name) => All.Single(a => a.GetName().Name == name);
}
