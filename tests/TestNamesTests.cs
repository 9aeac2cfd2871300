using System.Reflection;
using Xunit;
using Xunit.v3;

namespace Mannam.Tests;

public sealed class TestNamesTests
{
    [Fact]
    public void A_test_has_a_name_of_at_most_80_characters()
    {
        var names = typeof(TestNamesTests)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttributes().Any(attribute => attribute is IFactAttribute))
            .Select(method => method.Name)
            .Distinct();

        Assert.DoesNotContain(names, name => name.Length > 80);
    }
}
