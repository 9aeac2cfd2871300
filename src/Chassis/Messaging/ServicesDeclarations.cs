using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Messaging;

/// <summary>What a service's container holds besides what the chassis puts there.</summary>
/// <param name="Register">Registers it.</param>
public sealed record ServicesFeature(Action<IServiceCollection> Register);

/// <summary>Declares a service's own services.</summary>
public static class ServicesDeclarations
{
    /// <summary>The service's container holds this too.</summary>
    public static TDeclaration WithServices<TDeclaration>(this TDeclaration declaration, Action<IServiceCollection> register)
        where TDeclaration : ServiceDeclaration
    {
        ArgumentNullException.ThrowIfNull(declaration);
        declaration.Add(new ServicesFeature(register));
        return declaration;
    }
}
