using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Messaging;

/// <summary>Additional services of a service's container.</summary>
/// <param name="Register">Registers them.</param>
public sealed record ServicesFeature(Action<IServiceCollection> Register);

/// <summary>Declares additional services.</summary>
public static class ServicesDeclarations
{
    /// <summary>Registers these services in the service's container.</summary>
    public static TDeclaration WithServices<TDeclaration>(this TDeclaration declaration, Action<IServiceCollection> register)
        where TDeclaration : ServiceDeclaration
    {
        ArgumentNullException.ThrowIfNull(declaration);
        declaration.Add(new ServicesFeature(register));
        return declaration;
    }
}
