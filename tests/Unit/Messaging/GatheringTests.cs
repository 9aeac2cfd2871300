using System.Globalization;
using Mannam.Messaging;
using Xunit;

namespace Mannam.Tests.Unit.Messaging;

/// <summary>How long a loop pauses to gather work for its next step.</summary>
public sealed class GatheringTests
{
    [Theory]
    [InlineData("work that comes thin", "4 4 4 4", "0 0 0 0")]
    [InlineData("a single burst", "1 200 3 1", "0 0 0 0")]
    [InlineData("work that keeps coming", "5 9 12 12 8 100 100 100", "0 0 1 5 4 4 4 20")]
    [InlineData("a backlog", "256 256 256 256 256 40", "0 0 0 0 0 20")]
    public void The_pause_after_a_step_depends_on_the_work_of_the_last_three_steps(string what, string handled, string pauses)
    {
        var gathering = new AdaptiveBatching(256);
        var milliseconds = handled
            .Split(' ')
            .Select(h => gathering.DelayAfter(int.Parse(h, CultureInfo.InvariantCulture)).TotalMilliseconds);
        Assert.True(pauses == string.Join(' ', milliseconds), what);
    }
}
