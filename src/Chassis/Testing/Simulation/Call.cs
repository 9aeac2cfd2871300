namespace Mannam.Testing;

/// <summary>One request on its way, and its answer.</summary>
internal sealed class Call
{
    private readonly World _world;
    private readonly string? _from;
    private readonly string _to;
    private readonly HttpRequestMessage _request;
    private readonly TaskCompletionSource<HttpResponseMessage> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Held? _held;
    private int _incarnation;
    private bool _waits = true;

    public Call(World world, string? from, string to, HttpRequestMessage request)
    {
        (this._world, this._from, this._to, this._request) = (world, from, to, request);
        Caller = world.Scheduler.Current;
    }

    /// <summary>Who sent it.</summary>
    public string Caller { get; }

    /// <summary>The calling service; null for a person.</summary>
    public string? From => _from;

    /// <summary>The name of what the called service does with it.</summary>
    public string Label => $"{Caller} › {_to}";

    /// <summary>Sends it, and waits for what comes back.</summary>
    public Task<HttpResponseMessage> SendAsync()
    {
        _world.Calls.Add(this);
        switch (_world.Disturbance.Request(this))
        {
            case Delivery.IsLost:
                _world.Calls.Remove(this);
                throw Lost("the request was lost");
            case Delivery.IsHeld:
                Hold("the request is on its way", Deliver);
                break;
            default:
                Deliver();
                break;
        }
        return _answer.Task;
    }

    private void Hold(string what, Action go)
    {
        _held = new Held(
            Caller,
            $"{what} to {(what.StartsWith("the request", StringComparison.Ordinal) ? _to : _from ?? "the caller")}",
            null,
            go,
            _ => { }
        );
        _world.Scheduler.Hold(_held);
    }

    // The caller's turn becomes the callee's.
    private void Deliver()
    {
        _held = null;
        _world.Scheduler.Current = Label;
        _incarnation = _world[_to].Incarnation;
        _ = Task.Run(ProcessAsync);
    }

    private async Task ProcessAsync()
    {
        HttpResponseMessage? response = null;
        HttpRequestException? failure = null;
        try
        {
            if (_world[_to].Away)
                throw Lost($"{_to} is not there");
            response = await _world[_to].Door.SendAsync(_request, CancellationToken.None);
            await response.Content.LoadIntoBufferAsync();
        }
        catch (Exception e)
        {
            failure = e as HttpRequestException ?? Lost(e.Message);
        }
        var died = _world[_to].Incarnation != _incarnation;
        if (died)
            failure = Lost($"{_to} died meanwhile");
        Back(response, failure, died);
    }

    private void Back(HttpResponseMessage? response, Exception? failure, bool died)
    {
        if (!_waits)
        {
            _world.Scheduler.End();
            return;
        }
        var passage = _world.Disturbance.Answer(this, (int?)response?.StatusCode);
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
        _world.Calls.Remove(this);
        (_held, _waits) = (null, false);
        _world.Scheduler.Current = Caller;
        if (failure is null)
            _answer.SetResult(response!);
        else
            _answer.SetException(failure);
    }

    /// <summary>The caller waits no longer, and goes on. What it sent goes on too.</summary>
    public void GiveUp(CancellationToken ct) => Leave(() => _answer.SetCanceled(ct));

    /// <summary>The caller has died.</summary>
    public void Die(Exception crash) => Leave(() => _answer.SetException(crash));

    private void Leave(Action tell)
    {
        if (!_waits)
            return;
        _world.Calls.Remove(this);
        _waits = false;
        // An answer that was on its way arrives nowhere.
        if (_held is { } on && on.Where.StartsWith("the answer", StringComparison.Ordinal))
            _world.Scheduler.Drop(on);
        _world.Scheduler.Begin();
        _world.Scheduler.Current = Caller;
        tell();
    }

    private static HttpRequestException Lost(string why) => new(HttpRequestError.ConnectionError, why);

    public override string ToString() => $"{_request.Method} {_request.RequestUri!.AbsolutePath}";
}
