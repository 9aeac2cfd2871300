namespace Mannam.Host;

/// <summary>Accepts commands (<c>stop</c>, <c>start</c>) for a running installation, on a socket that only its account can reach.</summary>
internal static class Control
{
    /// <summary>Opens the socket, and replaces one that a killed program left.</summary>
    public static async Task<IAsyncDisposable> OpenAsync(Installation installation, Machine machine, CancellationToken ct)
    {
        File.Delete(installation.ControlSocket);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.ListenUnixSocket(installation.ControlSocket));
        var app = builder.Build();
        app.Run(context => TakeAsync(context, machine));
        await app.StartAsync(ct);
        File.SetUnixFileMode(installation.ControlSocket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return app;
    }

    private static async Task TakeAsync(HttpContext context, Machine machine)
    {
        try
        {
            // The server does not decode an escaped slash.
            switch (Uri.UnescapeDataString(context.Request.Path.Value!).Split('/', 3))
            {
                case ["", "stop", var service]:
                    await machine.StopAsync(service);
                    break;
                case ["", "start", var service]:
                    await machine.StartAsync(service, CancellationToken.None);
                    break;
                case ["", "describe"]:
                    await context.Response.WriteAsync(await InstallationDescription.OfAsync(machine, null, context.RequestAborted));
                    break;
                case ["", "describe", var service]:
                    await context.Response.WriteAsync(await InstallationDescription.OfAsync(machine, service, context.RequestAborted));
                    break;
                default:
                    context.Response.StatusCode = StatusCodes.Status404NotFound;
                    break;
            }
        }
        catch (Exception e)
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
            await context.Response.WriteAsync(Faults.Sentence(e));
        }
    }
}
