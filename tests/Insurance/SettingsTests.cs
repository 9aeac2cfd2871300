using Mannam.Abstractions;
using Mannam.Host;
using Mannam.Host.Commands;
using Mannam.Hosting;
using Xunit;

namespace Mannam.Tests.Insurance;

/// <summary>Insurance's settings, also by the documents' own names.</summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    [InlineData("1,2,1")]
    [InlineData("0")]
    [InlineData("Kim")]
    public void Underwriters_are_numbers_one_at_least_and_each_once(string pool)
    {
        var configured = ConfigurationFactory.From([], ["Insurance:Underwriting:Pool=" + pool]);
        var refused = Assert.Throws<ConfigurationException>(() => configured.Check(Machine.SettingsOf(Up.AllSystems)));
        Assert.StartsWith($"Mannam:Insurance:Underwriting:Pool is \"{pool}\", but ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api.url.payment")]
    [InlineData("prop.payment.url")]
    public void Payments_address_has_the_names_of_the_documents_too(string variable) =>
        Assert.Equal(
            "http://payment:8080",
            ConfigurationFactory.From([], [], name => name == variable ? "http://payment:8080" : null)[
                "Mannam:Insurance:Subscription:PaymentUrl"
            ]
        );
}
