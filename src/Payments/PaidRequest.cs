using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Payments;

/// <summary>What somebody asks for and pays at once: it comes about by being paid.</summary>
public interface IPaidRequest
{
    /// <summary>How it stands with the request itself, whatever follows from it.</summary>
    RequestState RequestState { get; }

    /// <summary>Payment approved it. What follows from that may have become known here before.</summary>
    Decision Paid();

    /// <summary>Payment declined it, or its outcome is not known to who asked: it ends, and money that was taken goes back.</summary>
    Decision NotPaid();
}

/// <summary>A POST of something that is paid at once.</summary>
public static class PaidRequests
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    /// <summary>POST of <c>/{path}</c>; its handler answers by <see cref="RequestAsync"/>.</summary>
    public static IEndpointConventionBuilder MapPaidRequest<TRequest, TView>(
        this IEndpointRouteBuilder routes,
        Resource<TRequest, TView> resource,
        Delegate post
    )
        where TRequest : Aggregate, IPaidRequest
    {
        ArgumentNullException.ThrowIfNull(resource);
        return routes
            .MapPost("/" + resource.Path, post)
            .ReplaysBy<TRequest>(request => request.RequestState, resource.Created)
            .Answers<TView>(201, 400, 402, 408, 413, 415);
    }

    /// <summary>Records the request, asks payment, settles what came of it, and answers: 201, 402, or 503 where payment did not answer in time or is not
    /// asked at the moment.</summary>
    /// <param name="payment">How payment is asked.</param>
    /// <param name="http">The POST.</param>
    /// <param name="requests">Where they are stored.</param>
    /// <param name="resource">How they are shown.</param>
    /// <param name="make">Makes the request, with an id that nobody else has.</param>
    /// <param name="announced">What it raises before it is paid; nothing unless given.</param>
    public static Task<IResult> RequestAsync<TRequest, TView>(
        this PaymentCall<TRequest> payment,
        HttpContext http,
        Repository<TRequest> requests,
        Resource<TRequest, TView> resource,
        Func<Task<TRequest>> make,
        Func<TRequest, IMessage>? announced = null
    )
        where TRequest : Aggregate, IPaidRequest
    {
        ArgumentNullException.ThrowIfNull(payment);
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(make);
        return payment.AdmitAsync<IResult>(
            async () =>
            {
                var (request, context) = (await make(), RequestContext.Of(http));
                var created = await requests.CreateAsync(request, context, announced is null ? [] : [announced(request)]);
                if (created.Refusal is { } refusal)
                    return (CallOutcome.Refused("not recorded"), refusal.AsProblem());
                var outcome = await payment.AskAsync(request, context);
                var settled = await requests.DecideAsync(
                    request,
                    outcome.Match<Func<TRequest, Decision>>(
                        accepted: _ => r => r.Paid(),
                        refused: _ => r => r.NotPaid(),
                        unknown: _ => r => r.NotPaid()
                    ),
                    context
                );
                return (outcome, AnswerOf(outcome, settled.State, resource, resource.Location(http, request.Key)));
            },
            refused: after => Problems.Unavailable("Payment is not available now. Nothing was recorded; please try again.", after)
        );
    }

    // What payment answered is not all: its event may have been faster, and so may the customer or the sweep of another replica that ended it.
    private static IResult AnswerOf<TRequest, TView>(
        CallOutcome outcome,
        TRequest request,
        Resource<TRequest, TView> resource,
        string recorded
    )
        where TRequest : Aggregate, IPaidRequest
    {
        var cancelled = Problems.Unavailable(
            "The payment could not be made in time, and the request is cancelled. If money was taken it goes back; please try again.",
            AskAgain,
            recorded
        );
        return request.RequestState == RequestState.Active
            ? resource.Created(request)
            : outcome.Match(
                accepted: _ => cancelled,
                refused: reason => PaymentProblems.Declined(reason, location: recorded),
                unknown: _ => cancelled
            );
    }
}
