using Mannam.Abstractions;
using Mannam.Host;
using Mannam.Host.Commands;
using Mannam.Hosting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Mannam.Tests.Chassis.Hosting;

/// <summary>A wrong setting stops the start with a sentence that names it.</summary>
public sealed class SettingsTests
{
    private static readonly Setting<string> Required = new("Password", "the password of the provider", null, text => text);

    private static IConfiguration With(string key, string value) =>
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>(key, value)]).Build();

    private static string Refused(IConfiguration configuration) =>
        Assert.Throws<ConfigurationException>(() => configuration.Check(Machine.SettingsOf(Up.AllSystems))).Message;

    [Fact]
    public void An_unknown_key_is_named_with_the_one_probably_meant() =>
        Assert.Equal(
            "Mannam:Taxi:Pickup:PaymentTimeout is not a setting of Mannam (there is Mannam:Taxi:Catch:PaymentTimeout).",
            Refused(With("Mannam:Taxi:Pickup:PaymentTimeout", "1"))
        );

    [Theory]
    [InlineData("0")]
    [InlineData("soon")]
    [InlineData("1.5")]
    [InlineData("")]
    public void A_wrong_value_is_named_with_its_key_and_what_is_expected(string value)
    {
        var said = Refused(With("Mannam:Taxi:Catch:PaymentTimeout", value));

        Assert.StartsWith($"Mannam:Taxi:Catch:PaymentTimeout is \"{value}\", but a whole number from 1", said, StringComparison.Ordinal);
    }

    [Fact]
    public void The_value_of_a_secret_is_not_shown()
    {
        var wrong = With("Mannam:Host:InternalKey", "too short");
        var messages = new[]
        {
            Assert.Throws<ConfigurationException>(() => wrong.Check(Machine.SettingsOf(Up.AllSystems))).Message,
            Assert.Throws<ConfigurationException>(() => wrong.SettingsOf("Host").Get(HostSettings.InternalKey)).Message,
        };
        Assert.All(messages, m => Assert.StartsWith("Mannam:Host:InternalKey is wrong: at least 32 ASCII", m, StringComparison.Ordinal));
        Assert.All(messages, m => Assert.DoesNotContain("too short", m, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("automatic", null)]
    [InlineData("manual", null)]
    [InlineData("Manual", "Mannam:Tests:Lessons:Assignment is \"Manual\", but one of automatic, manual is expected.")]
    [InlineData("", "Mannam:Tests:Lessons:Assignment is \"\", but one of automatic, manual is expected.")]
    public void A_setting_with_allowed_words_accepts_only_those(string value, string? refused)
    {
        var setting = Setting.OneOf("Assignment", "automatic", "who assigns", "automatic", "manual");
        var configured = With("Mannam:Tests:Lessons:Assignment", value).SettingsOf("Tests:Lessons");

        if (refused is null)
            Assert.Equal(value, configured.Get(setting));
        else
            Assert.Equal(refused, Assert.Throws<ConfigurationException>(() => configured.Get(setting)).Message);
        Assert.Equal("automatic", new ConfigurationBuilder().Build().SettingsOf("Tests:Lessons").Get(setting));
    }

    [Fact]
    public void A_required_setting_that_is_missing_is_named_with_its_meaning() =>
        Assert.Equal(
            "Mannam:Taxi:Payment:Password is not set: the password of the provider.",
            Assert.Throws<ConfigurationException>(() => new ConfigurationBuilder().Build().SettingsOf("Taxi:Payment").Get(Required)).Message
        );

    [Fact]
    public void Setting_keys_outside_the_section_Mannam_are_not_checked() =>
        With("Logging:LogLevel", "x").Check(Machine.SettingsOf(Up.AllSystems));

    [Fact]
    public void Setting_keys_are_case_insensitive() =>
        With("MANNAM:TAXI:CATCH:PAYMENTTIMEOUT", "100").Check(Machine.SettingsOf(Up.AllSystems));
}
