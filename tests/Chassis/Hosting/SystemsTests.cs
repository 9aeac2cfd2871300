using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Mannam.Abstractions;
using Mannam.Host.Commands;
using Mannam.Simulation.Lessons;
using Xunit;

namespace Mannam.Tests.Chassis.Hosting;

/// <summary>Rules for every system.</summary>
public sealed class SystemsTests
{
    public static IEnumerable<TheoryDataRow<string>> Systems => Up.AllSystems.Select(s => new TheoryDataRow<string>(s.Name));

    [Theory]
    [MemberData(nameof(Systems))]
    public void Every_subscribed_event_has_exactly_one_publisher(string name)
    {
        var system = Up.AllSystems.Single(s => s.Name == name);
        var published = system.Services.SelectMany(s => s.Publishes).ToList();

        Assert.Empty(system.Services.SelectMany(s => s.SubscribesTo).Except(published));
        Assert.Equal(published.Distinct(), published);
    }

    [Theory]
    [MemberData(nameof(Systems))]
    public void A_service_shares_only_events_with_the_other_services_of_its_system(string name)
    {
        var system = new DirectoryInfo(Path.Combine(Sources(), "src", Capital(name)));
        var services = system.GetDirectories().Where(d => d.Name is not ("Events" or "bin" or "obj")).ToList();
        Assert.NotEmpty(services);

        var known = services
            .Append(new DirectoryInfo(Path.Combine(system.FullName, "Events")))
            .SelectMany(service => service.GetFiles("*.cs", SearchOption.AllDirectories).Select(file => (service, file)))
            .SelectMany(f =>
                services
                    .Where(other => other.Name != f.service.Name && Knows(f.file, Capital(name), other.Name))
                    .Select(o => $"{f.file.FullName} knows {o.Name}")
            );

        Assert.Empty(known);
    }

    [Theory]
    [MemberData(nameof(Systems))]
    public void Files_are_in_their_folders_namespace_and_there_are_no_global_usings(string name)
    {
        var system = new DirectoryInfo(Path.Combine(Sources(), "src", Capital(name)));

        foreach (var folder in system.GetDirectories().Where(d => d.Name is not ("bin" or "obj")))
        {
            foreach (var file in folder.GetFiles("*.cs", SearchOption.AllDirectories))
                Assert.Matches($@"(?m)^namespace Mannam\.{Capital(name)}\.{folder.Name}[;.]", File.ReadAllText(file.FullName));
        }
        Assert.DoesNotContain(
            system.GetFiles("*.*", SearchOption.TopDirectoryOnly).Select(f => File.ReadAllText(f.FullName)),
            text => text.Contains("global using", StringComparison.Ordinal) || text.Contains("<Using", StringComparison.Ordinal)
        );
    }

    [Theory]
    [MemberData(nameof(Systems))]
    public void Every_published_event_can_be_made_from_its_aggregate(string name)
    {
        foreach (var service in Up.AllSystems.Single(s => s.Name == name).Services)
        {
            var aggregate = service.GetType().GetGenericArguments()[0];
            var told = service.Publishes.Select(e => aggregate.Assembly.GetType($"Mannam.{Capital(name)}.Events.{e}")!);
            Assert.All(told, e => typeof(Projection<>).MakeGenericType(e).GetMethod("Make")!.Invoke(null, [aggregate]));
        }
    }

    [Fact]
    public void A_record_that_cannot_be_made_from_an_aggregate_is_named_in_the_error()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Projection<Unlike>.Make(typeof(Lesson)));

        Assert.Equal("Unlike cannot be made of Lesson: that has no Colour", refused.Message);
    }

    private sealed record Unlike(long OrderId, string Colour);

    [Fact]
    public void A_service_takes_its_names_from_the_namespace_of_its_aggregate()
    {
        var consult = Up.AllSystems.Single(s => s.Name == "law").Services.Single(s => s.Name == "consult");

        Assert.Equal(("law.consult", "/law/consult", "Law:Consult"), (consult.FullName, consult.Source, consult.SettingsScope));
        Assert.Equal("Mannam.Law.Consult/Schema.sql", consult.Schema.Resource);
        Assert.Equal(["consult"], consult.Paths);
        Assert.Equal("LawJson", consult.JsonContext!.GetType().Name);
    }

    // A using, a full name, or a name relative to the system.
    private static bool Knows(FileInfo file, string system, string other) =>
        Regex.IsMatch(WithoutTexts(File.ReadAllText(file.FullName)), $@"Mannam\.{system}\.{other}\b|(?<![\w.])({system}\.)?{other}\.[A-Z]");

    private static string WithoutTexts(string source) =>
        Regex.Replace(
            source,
            """
            "(\\.|[^"\\])*"|//.*
            """.Trim(),
            ""
        );

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private static string Sources([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
}
