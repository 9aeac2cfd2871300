namespace Mannam.Testing;

/// <summary>One request on its way, and its answer.</summary>
internal sealed class Call
{
    private readonly World world;
    private readonly string? from;
    private readonly string to;
    private readonly HttpRequestMessage request;
    private readonly TaskCompletionSource<HttpResponseMessage> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Held? held;
    private int incarnation;
    private bool waits = true;

    public Call(World world, string? from, string to, HttpRequestMessage request)
    {
        (this.world, this.from, this.to, this.request) = (world, from, to, request);
        Caller = world.Scheduler.Current;
    }

    /// <summary>Who sent it.</summary>
    public string Caller { get; }

    /// <summary>The calling service; null for a person.</summary>
    public string? From => from;

    /// <summary>The name of what the called service does with it.</summary>
    public string Label => $"{Caller} › {to}";

    /// <summary>Sends it, and waits for what comes back.</summary>
    public Task<HttpResponseMessage> SendAsync()
    {
        world.Calls.Add(this);
        switch (world.Disturbance.Request(this))
        {
            case Delivery.IsLost:
                world.Calls.Remove(this);
                throw Lost("the request was lost");
            case Delivery.IsHeld:
                Hold("the request is on its way", Deliver);
                break;
            default:
                Deliver();
                break;
        }
        return answer.Task;
    }

    private void Hold(string what, Action go)
    {
        held = new Held(
            Caller,
            $"{what} to {(what.StartsWith("the request", StringComparison.Ordinal) ? to : from ?? "the caller")}",
            null,
            go,
            _ => { }
        );
        world.Scheduler.Hold(held);
    }

    // The caller's turn becomes the callee's.
    private void Deliver()
    {
        held = null;
        world.Scheduler.Current = Label;
        incarnation = world[to].Incarnation;
        _ = Task.Run(ProcessAsync);
    }

    private async Task ProcessAsync()
    {
        HttpResponseMessage? response = null;
        HttpRequestException? failure = null;
        try
        {
            if (world[to].Away)
                throw Lost($"{to} is not there");
            response = await world[to].Door.SendAsync(request, CancellationToken.None);
            await response.Content.LoadIntoBufferAsync();
        }
        catch (Exception e)
        {
            failure = e as HttpRequestException ?? Lost(e.Message);
        }
        var died = world[to].Incarnation != incarnation;
        if (died)
            failure = Lost($"{to} died meanwhile");
        Back(response, failure, died);
    }

    private void Back(HttpResponseMessage? response, Exception? failure, bool died)
    {
        if (!waits)
        {
            world.Scheduler.End();
            return;
        }
        var passage = world.Disturbance.Answer(this, (int?)response?.StatusCode);
        if (passage == Delivery.IsLost)
            failure ??= Lost("the answer was lost");
        // Those who waited for a service that died learn of it one after the other.
        if (passage == Delivery.IsHeld || died)
            Hold("the answer is on its way", () => Give(response, failure));
        else
            Give(response, failure);
    }

    private void Give(HttpResponseMessage? response, Exception? failure)
    {
        world.Calls.Remove(this);
        (held, waits) = (null, false);
        world.Scheduler.Current = Caller;
        if (failure is null)
            answer.SetResult(response!);
        else
            answer.SetException(failure);
    }

    /// <summary>The caller waits no longer, and goes on. What it sent goes on too.</summary>
    public void GiveUp(CancellationToken ct) => Leave(() => answer.SetCanceled(ct));

    /// <summary>The caller has died.</summary>
    public void Die(Exception crash) => Leave(() => answer.SetException(crash));

    private void Leave(Action tell)
    {
        if (!waits)
            return;
        world.Calls.Remove(this);
        waits = false;
        // An answer that was on its way arrives nowhere.
        if (held is { } on && on.Where.StartsWith("the answer", StringComparison.Ordinal))
            world.Scheduler.Drop(on);
        world.Scheduler.Begin();
        world.Scheduler.Current = Caller;
        tell();
    }

    private static HttpRequestException Lost(string why) => new(HttpRequestError.ConnectionError, why);

    public override string ToString() => $"{request.Method} {request.RequestUri!.AbsolutePath}";
}
