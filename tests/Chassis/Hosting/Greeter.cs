using Grpc.Core;

namespace Mannam.Tests.Chassis.Hosting;

/// <summary>A gRPC service, as the compiler of proto files would generate it.</summary>
[BindServiceMethod(typeof(GreeterBase), nameof(Bind))]
internal abstract class GreeterBase
{
    private static readonly Marshaller<string> Text = Marshallers.Create(
        System.Text.Encoding.UTF8.GetBytes,
        System.Text.Encoding.UTF8.GetString
    );

    public static readonly Method<string, string> Method = new(MethodType.Unary, "tests.Greeter", nameof(Hello), Text, Text);

    public abstract Task<string> Hello(string name, ServerCallContext call);

    public static void Bind(ServiceBinderBase binder, GreeterBase? greeter) =>
        binder.AddMethod(Method, greeter is null ? null : new UnaryServerMethod<string, string>(greeter.Hello));
}

internal sealed class Greeter : GreeterBase
{
    public override Task<string> Hello(string name, ServerCallContext call)
    {
        call.ResponseTrailers.Add("seen", "yes");
        return Task.FromResult($"hello {name}");
    }
}
