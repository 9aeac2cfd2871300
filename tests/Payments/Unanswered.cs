using Xunit;

namespace Mannam.Tests.Payments;

/// <summary>A request for a charge. Disposal hangs up and asserts that no answer has come.</summary>
internal sealed class Unanswered(HttpClient http, string charge, string body) : IAsyncDisposable
{
    private readonly CancellationTokenSource hangUp = new();

    public Task<HttpResponseMessage> Answer =>
        field ??= http.PutAsync(
            $"/provider/charges/{charge}",
            new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
            hangUp.Token
        );

    public async ValueTask DisposeAsync()
    {
        Assert.False(Answer.IsCompleted, "the charge was answered");
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Answer);
        hangUp.Dispose();
    }
}
