namespace Mannam.Law.Consult;

internal static class Api
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private static readonly Resource<Consult, ConsultState> Consults = new("consult", "consult", c => c.Key);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads(Consults);
        routes.MapPrices("consult/fees", "fee", ConsultService.Fees, p => new FeeView(p.Name, p.Won));
        routes.MapCreate<Consult, ConsultState, MakeConsult>(Consults, Make, announced: consult => consult.As<ConsultMade>());
        routes.MapPost("/consult/{consultId:id}/payment", PayAsync).Answers<ConsultState>(200, 402, 404, 409);
        routes.MapGet("/consult/payConsult/{consultId:id}", PayAsync).ActsByGet().Answers<ConsultState>(200, 402, 403, 404, 409);
        routes.MapDelete(Consults, consult => consult.Cancel());
    }

    private static Func<long, Consult> Make(BoundRequest<MakeConsult> request, Settings settings)
    {
        var (mobile, location, payType, payAmount) = request.Fields;
        var fees = settings.Get(ConsultService.Fees);
        if (fees.Count > 0 && fees.All(f => f.Won != payAmount))
            request.Reject("payAmount", $"payAmount must be one of the fees: {string.Join(", ", fees.Select(f => $"{f.Name} {f.Won}"))}.");
        return id => Consult.Make(id, mobile, location, payType, payAmount);
    }

    private static async Task<IResult> PayAsync(
        long consultId,
        HttpContext http,
        Repository<Consult> consults,
        PaymentCall<Consult> payment
    )
    {
        if (await consults.FindAsync(consultId) is not { } consult)
            return Problems.NotFound();
        if (consult.Status != Consult.Created)
            return Answer(consult);
        return await payment.AdmitAsync(
            async () =>
            {
                var context = RequestContext.Repeatable(http);
                var outcome = await payment.AskAsync(consult, context);
                // Payment's event may have been faster than its answer, and so may a client who cancels: the state decides.
                var now = await outcome.Match(
                    accepted: async id => (await consults.DecideAsync(consult, c => c.Pay(id), context)).State,
                    refused: async _ => await consults.FindAsync(consultId) ?? consult,
                    unknown: async _ => await consults.FindAsync(consultId) ?? consult
                );
                var notPaid = outcome.Match(
                    accepted: _ => Answer(now),
                    refused: reason => PaymentProblems.Declined(reason, $"결제 처리에 실패하였습니다. :: {reason}"),
                    unknown: _ => NoAnswer(AskAgain)
                );
                return (outcome, now.Status == Consult.Created ? notPaid : Answer(now));
            },
            refused: NoAnswer
        );
    }

    private static IResult Answer(Consult consult) =>
        consult.Status == Consult.Approved ? Consults.Ok(consult) : Problems.Conflict(consult.Status);

    private static IResult NoAnswer(TimeSpan after) => Problems.Unavailable("No-Response or Timed-out. please, try later...", after);
}

/// <summary>The consult that a client asks for.</summary>
internal sealed record MakeConsult(string Mobile, string Location, [PayType] string PayType, [Won] long PayAmount);

/// <summary>The fee of a kind of advice.</summary>
internal sealed record FeeView(string Kind, long Won);
