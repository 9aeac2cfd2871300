using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Payments;

/// <summary>A request that is paid at once. It becomes active when it is paid.</summary>
public interface IPaidRequest
{
    /// <summary>The state of the request itself, whatever follows from it.</summary>
    RequestState RequestState { get; }

    /// <summary>Payment approved it. Events that follow from the approval may have arrived here before.</summary>
    Decision Paid();

    /// <summary>Payment declined it, or the outcome is not known: the request ends, and money that was taken goes back.</summary>
    Decision NotPaid();
}

/// <summary>The POST of a request that is paid at once.</summary>
public static class PaidRequests
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    /// <summary>POST of <c>/{path}</c>: records the request, asks payment, settles the request by the outcome, and answers: 201, 400, 402, or 503 where payment did
    /// not answer in time or is not asked at the moment.</summary>
    /// <param name="routes">Of the service.</param>
    /// <param name="resource">The requests as they are shown.</param>
    /// <param name="create">How a request is made.</param>
    /// <param name="announced">What it raises before it is paid; nothing unless given.</param>
    /// <typeparam name="TRequest">The aggregate of the request.</typeparam>
    /// <typeparam name="TView">How it is shown.</typeparam>
    /// <typeparam name="TFields">What is sent.</typeparam>
    public static void MapPaidRequest<TRequest, TView, TFields>(
        this IEndpointRouteBuilder routes,
        Resource<TRequest, TView> resource,
        Creation<TFields, TRequest> create,
        Func<TRequest, IMessage>? announced = null
    )
        where TRequest : Aggregate, IPaidRequest
        where TFields : class
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(create);
        routes
            .MapPost("/" + resource.Path, PostAsync)
            .ReplaysBy<TRequest>(request => request.RequestState, resource.Created)
            .Answers<TView>(201, 400, 402, 408, 413, 415);

        async Task<IResult> PostAsync(
            BoundRequest<TFields> bound,
            HttpContext http,
            Repository<TRequest> requests,
            IIdSequence ids,
            PaymentCall<TRequest> payment,
            Settings settings
        )
        {
            var make = create(bound, settings);
            if (bound.Problem is { } refused)
                return refused;
            return await payment.AdmitAsync(
                async () => await PayAsync(make(await ids.NextAsync()), http, requests, payment, resource, announced),
                refused: after => Problems.Unavailable("Payment is not available now. Nothing was recorded; please try again.", after)
            );
        }
    }

    private static async Task<(CallOutcome, IResult)> PayAsync<TRequest, TView>(
        TRequest request,
        HttpContext http,
        Repository<TRequest> requests,
        PaymentCall<TRequest> payment,
        Resource<TRequest, TView> resource,
        Func<TRequest, IMessage>? announced
    )
        where TRequest : Aggregate, IPaidRequest
    {
        var context = RequestContext.Of(http);
        var created = await requests.CreateAsync(request, context, announced is null ? [] : [announced(request)]);
        if (created.Refusal is { } refusal)
            return (CallOutcome.Refused("not recorded"), refusal.AsProblem());
        var outcome = await payment.AskAsync(request, context);
        var settled = await requests.DecideAsync(request, r => outcome.IsAccepted ? r.Paid() : r.NotPaid(), context);
        return (outcome, AnswerOf(outcome, settled.State, resource, resource.Location(http, request.Key)));
    }

    // The state decides, not payment's answer: an event may have been faster, or the customer or another replica's sweep has ended the request.
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
