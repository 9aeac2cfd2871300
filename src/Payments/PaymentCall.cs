using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Payments;

/// <summary>Asks the payment service to approve a request, and understands its answer: one of the three outcomes.</summary>
/// <param name="payment">The way to it.</param>
/// <param name="request">What is to be paid.</param>
/// <param name="context">The message that it follows from.</param>
public delegate Task<CallOutcome> PaymentApi<in TRequest>(SynchronousCall payment, TRequest request, MessageContext context);

/// <summary>A system's payment service, asked synchronously: what is not paid is never visible to who takes requests on.</summary>
public sealed class PaymentCall<TRequest>
    where TRequest : Aggregate
{
    private readonly SynchronousCall _payment;
    private readonly PaymentApi<TRequest> _api;

    internal PaymentCall(SynchronousCall payment, PaymentApi<TRequest> api) => (_payment, _api) = (payment, api);

    /// <summary>Lets a request be recorded and asked for, or refuses it at once while payment is known to be in trouble.</summary>
    public Task<T> AdmitAsync<T>(Func<Task<(CallOutcome, T)>> request, Func<TimeSpan, T> refused) => _payment.AdmitAsync(request, refused);

    /// <summary>Asks payment to approve the request. Safe to repeat: payment knows it by its id.</summary>
    public Task<CallOutcome> AskAsync(TRequest request, MessageContext context) => _api(_payment, request, context);
}

/// <summary>Declares that a service asks for payments.</summary>
public static class PaymentCalls
{
    /// <summary>The service asks a payment service; its container holds the <see cref="PaymentCall{TRequest}"/>.</summary>
    /// <param name="service">The declaration.</param>
    /// <param name="call">The payment service, with its address, timeout and circuit.</param>
    /// <param name="api">How it is asked.</param>
    public static ServiceDeclaration<TRequest> AskingPayment<TRequest>(
        this ServiceDeclaration<TRequest> service,
        PeerCall call,
        PaymentApi<TRequest> api
    )
        where TRequest : Aggregate
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(call);
        return service
            .Calling(call)
            .WithServices(s => s.AddSingleton(p => new PaymentCall<TRequest>(p.GetRequiredService<Peers>().Call(call.Peer), api)));
    }

    /// <summary>The same of requests that come about by being paid. What a crash left without an outcome ends, and money that was taken for it goes back.</summary>
    /// <param name="service">The declaration.</param>
    /// <param name="call">The payment service, with its address, timeout and circuit.</param>
    /// <param name="api">How it is asked.</param>
    /// <param name="unpaid">The requests whose outcome is not known.</param>
    /// <param name="end">What becomes of one that has waited longer than any live request does: the timeout and 5 s.</param>
    public static ServiceDeclaration<TRequest> AskingPayment<TRequest>(
        this ServiceDeclaration<TRequest> service,
        PeerCall call,
        PaymentApi<TRequest> api,
        OpenRows unpaid,
        Func<TRequest, Decision> end
    )
        where TRequest : Aggregate =>
        service
            .AskingPayment(call, api)
            .Sweeping("OpenRequests", unpaid, olderThan: settings => settings.Get(call.Limits!.Timeout) + TimeSpan.FromSeconds(5), end);
}
