using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Payments;

/// <summary>Asks the payment service to approve a request, and reads its answer as one of the three outcomes.</summary>
/// <param name="payment">The call to the payment service.</param>
/// <param name="request">What is paid.</param>
/// <param name="context">The message context of the call.</param>
public delegate Task<CallOutcome> PaymentApi<in TRequest>(SynchronousCall payment, TRequest request, MessageContext context);

/// <summary>The synchronous call to a system's payment service. The request is answered only when the outcome is settled.</summary>
public sealed class PaymentCall<TRequest>
    where TRequest : Aggregate
{
    private readonly SynchronousCall _payment;
    private readonly PaymentApi<TRequest> _api;

    internal PaymentCall(SynchronousCall payment, PaymentApi<TRequest> api) => (_payment, _api) = (payment, api);

    /// <summary>Runs <paramref name="request"/>, or <paramref name="refused"/> at once while the circuit to payment is open or too many calls are under way.</summary>
    public Task<T> AdmitAsync<T>(Func<Task<(CallOutcome, T)>> request, Func<TimeSpan, T> refused) => _payment.AdmitAsync(request, refused);

    /// <summary>Asks payment to approve the request. It is safe to repeat, because payment knows the request by its id.</summary>
    public Task<CallOutcome> AskAsync(TRequest request, MessageContext context) => _api(_payment, request, context);
}

/// <summary>Declares that a service asks a payment service.</summary>
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

    /// <summary>The same for requests that are paid at once (<see cref="IPaidRequest"/>). A sweep ends those that a crash left without an outcome.</summary>
    /// <param name="service">The declaration.</param>
    /// <param name="call">The payment service, with its address, timeout and circuit.</param>
    /// <param name="api">How it is asked.</param>
    /// <param name="unpaid">The rows of requests whose outcome is not known.</param>
    /// <param name="end">Ends a request that has waited longer than the call's timeout and 5 s: longer than any live one.</param>
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
