using System.Threading.Channels;
using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Microsoft.Extensions.Logging.Testing;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Unit.Hosting;

public sealed class LoopRunnerTests : IAsyncDisposable
{
    private readonly Clock _clock = new();
    private readonly Steps _steps = new();
    private readonly FakeLogger _log = new();
    private readonly LoopRunner _runner;

    public LoopRunnerTests() => _runner = new LoopRunner(_steps, _clock, _log);

    public ValueTask DisposeAsync() => _runner.DisposeAsync();

    [Fact]
    public async Task A_loop_survives_failures_and_reports_its_recovery()
    {
        _runner.Start();
        for (var i = 0; i < 3; i++)
            await _steps.NextAsync(() => throw new FormatException("broken"));
        var next = await _steps.ArrivedAsync();
        // The text is public, so it names only the exception's type.
        Assert.Equal(nameof(FormatException), _runner.Failure);

        next.SetResult(true);
        await _steps.ArrivedAsync();

        Assert.Null(_runner.Failure);
    }

    [Fact]
    public async Task Each_failure_is_one_log_line_and_a_repeated_stack_trace_is_left_out()
    {
        _runner.Start();
        foreach (var words in (string[])["broken", "broken", "torn", "broken"])
            await _steps.NextAsync(() => throw new FormatException(words));
        await _steps.ArrivedAsync();

        var lines = _log.Collector.GetSnapshot();
        Assert.Equal(["broken", "broken", "torn", "broken"], lines.Select(l => l.Message.Split(": ")[1]));
        Assert.Equal([true, false, true, true], lines.Select(l => l.Exception is not null));
    }

    [Fact]
    public async Task A_store_that_is_away_is_logged_without_stack_traces()
    {
        _runner.Start();
        await _steps.NextAsync(() => throw new NpgsqlException("away"));
        await _steps.NextAsync(() => throw new NpgsqlException("still away"));
        await _steps.ArrivedAsync();

        Assert.All(_log.Collector.GetSnapshot(), line => Assert.Null(line.Exception));
    }

    [Fact]
    public async Task Every_step_of_a_loop_is_a_sign_of_life_even_a_failed_one()
    {
        _runner.Start();
        var step = await _steps.ArrivedAsync();
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(TimeSpan.FromMinutes(2), _runner.SinceLastBeat);

        step.SetException(new FormatException("broken"));
        await _steps.ArrivedAsync();

        Assert.Equal(TimeSpan.Zero, _runner.SinceLastBeat);
    }

    [Fact]
    public async Task A_loop_with_more_work_does_not_wait()
    {
        _runner.Start();
        for (var i = 0; i < 3; i++)
            await _steps.NextAsync(() => true);
        await _steps.NextAsync(() => false);
        await _steps.ArrivedAsync();

        Assert.Equal(1, _steps.Waited);
    }

    /// <summary>A loop whose steps end when the test says so.</summary>
    private sealed class Steps : ILoop
    {
        private readonly Channel<TaskCompletionSource<bool>> _arrived = Channel.CreateUnbounded<TaskCompletionSource<bool>>();

        public string Name => "steps";

        public int Waited { get; private set; }

        public async Task<TaskCompletionSource<bool>> ArrivedAsync() =>
            await _arrived.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        public async Task NextAsync(Func<bool> ends)
        {
            var step = await ArrivedAsync();
            try
            {
                step.SetResult(ends());
            }
            catch (Exception e)
            {
                step.SetException(e);
            }
        }

        public Task<bool> StepAsync(CancellationToken ct)
        {
            var step = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _arrived.Writer.TryWrite(step);
            return step.Task.WaitAsync(ct);
        }

        public Task IdleAsync(CancellationToken ct)
        {
            Waited++;
            return Task.CompletedTask;
        }
    }
}
