using Xunit;

namespace Mannam.Tests.Payments;

/// <summary>Asks for a charge, and hangs up when it is disposed of: it must not have been answered by then.</summary>
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
        Assert.False(Answer.IsCompleted, "it was answered");
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Answer);
        hangUp.Dispose();
    }
}
