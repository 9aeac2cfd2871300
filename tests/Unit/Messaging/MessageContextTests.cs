using System.Diagnostics;
using Mannam.Abstractions;
using Mannam.Http;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mannam.Tests.Unit.Messaging;

/// <summary>The trace of a message. A new trace may be recorded. For an existing one its sender has decided.</summary>
public sealed class MessageContextTests
{
    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-";

    private readonly DefaultHttpContext _request = new();

    [Fact]
    public void A_trace_that_no_request_started_may_be_recorded() => MayBeRecorded(MessageContext.Internal().TraceParent);

    [Theory]
    [InlineData("")]
    [InlineData("no trace")]
    public void A_new_trace_of_a_request_may_be_recorded(string sent)
    {
        _request.Request.Headers.TraceParent = sent;

        MayBeRecorded(RequestContext.Of(_request).TraceParent);
    }

    [Fact]
    public void A_trace_of_the_web_server_without_a_sampler_may_be_recorded()
    {
        using var activity = new Activity("request").Start();

        var trace = RequestContext.Of(_request).TraceParent;

        MayBeRecorded(trace);
        Assert.Equal(activity.Id![..^2], trace[..^2]);
    }

    [Fact]
    public void A_trace_of_a_nested_service_activity_may_be_recorded()
    {
        using var host = new Activity("request").Start();
        using var service = new Activity("request").Start();

        var trace = RequestContext.Of(_request).TraceParent;

        MayBeRecorded(trace);
        Assert.Equal(service.Id![..^2], trace[..^2]);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("01")]
    public void The_sender_of_a_trace_decides_whether_it_is_recorded(string flags)
    {
        _request.Request.Headers.TraceParent = Trace + flags;
        Assert.Equal(Trace + flags, RequestContext.Of(_request).TraceParent);

        using var activity = new Activity("request").SetParentId(Trace + flags).Start();
        Assert.Equal(activity.Id, RequestContext.Of(_request).TraceParent);
        Assert.EndsWith("-" + flags, activity.Id, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ActivitySamplingResult.PropagationData, "-00")]
    [InlineData(ActivitySamplingResult.AllDataAndRecorded, "-01")]
    public void A_sampler_decides_whether_a_trace_is_recorded(ActivitySamplingResult sampled, string flags)
    {
        using var source = new ActivitySource(nameof(MessageContextTests));
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => sampled,
        };
        ActivitySource.AddActivityListener(listener);
        using var activity = source.StartActivity("request");

        var trace = RequestContext.Of(_request).TraceParent;

        Assert.Equal(activity!.Id, trace);
        Assert.EndsWith(flags, trace, StringComparison.Ordinal);
    }

    private static void MayBeRecorded(string trace) => Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-01$", trace);
}
