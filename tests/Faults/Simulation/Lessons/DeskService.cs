using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Http;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Simulation.Lessons;

/// <summary>Takes orders, and cancels them at the teacher's: both or neither.</summary>
internal static class DeskService
{
    private const string Teacher = "lessons.teacher";

    private static readonly Resource<Order, OrderView> Orders = new("orders", "order", o => o.Key, LessonsEvents.Language.OrderView)
    {
        Filters = { { "endsBefore", (o, moment) => o.EndsAt < moment } },
    };

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Order>("lessons", "desk", "Desk", key => new Order(key))
        {
            Schema = (typeof(DeskService).Assembly, "Mannam.Simulation.Lessons/Desk.sql"),
            JsonContext = LessonsEvents.Language,
            Calls = [PeerCall.To(Teacher, "Teacher", timeout: 610)],
        }
            .StoredInPostgreSql()
            .Serving(Map, "orders")
            .WithIdSequence("order_ids")
            .Publishing<LessonOrdered>()
            .Publishing<CancelOrdered>()
            .Publishing<OrderCanceled>()
            .Publishing<CancelRefused>()
            .Whenever<LessonScheduled>((_, order) => order.Confirm())
            .WheneverCalls<CancelOrdered>(
                CancelAsync,
                settle: (_, order, outcome) => order.Settle(outcome.IsAccepted),
                begin: (_, order) => order.Ask()
            );

    private static Task<CallOutcome> CancelAsync(
        CancelOrdered cancel,
        MessageContext context,
        IServiceProvider services,
        CancellationToken ct
    ) =>
        services
            .GetRequiredService<Peers>()
            .Call(Teacher)
            .AskAsync(
                context,
                "cancellations",
                new CancellationRequest(cancel.OrderId),
                LessonsEvents.Language.CancellationRequest,
                (answer, _) =>
                    Task.FromResult(
                        (int)answer.StatusCode switch
                        {
                            200 => CallOutcome.Accepted(),
                            409 => CallOutcome.Refused("given"),
                            var status => CallOutcome.Unknown($"{status}"),
                        }
                    )
            );

    private static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads(Orders);
        routes.MapCreate<Order, OrderView, OrderLesson>(
            Orders,
            (request, _) => id => Order.Make(id, request.Fields),
            announced: order => new LessonOrdered(order.Key, order.Teacher)
        );
        routes.MapPost(
            "/orders/{id:long}/cancel",
            async (long id, HttpContext http, Repository<Order> orders) =>
            {
                var decided = await orders.DecideAsync(id, o => o.Cancel(), RequestContext.Repeatable(http));
                return decided.Refusal?.AsProblem() ?? Orders.Ok(decided.State);
            }
        );
    }
}
