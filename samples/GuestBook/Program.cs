using GuestBook;
using Mannam.Hosting;
using Mannam.Local;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddLocalTransport("guestbook");
builder.AddMannam(GuestBookSystem.Declaration);

var app = builder.Build();
app.MapMannam();
app.MapHealthChecks("/health/ready");
app.Run();
