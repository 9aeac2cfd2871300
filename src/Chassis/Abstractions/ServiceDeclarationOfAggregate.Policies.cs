using System.Reflection;

namespace Mannam.Abstractions;

/// <content>Policies that are methods of a class.</content>
public sealed partial class ServiceDeclaration<TAggregate>
{
    /// <summary>The policies of a class, as a rule of <c>Policies.cs</c> beside the aggregate. Each static method
    /// <c>IMessage[] Whenever(TEvent, TAggregate)</c> is the policy of that event. They are found once, when the declaration is made.</summary>
    /// <param name="policies">The class. What it declares with a third parameter must be declared before, by another <c>Whenever…</c> of the declaration.</param>
    /// <exception cref="InvalidOperationException">A method <c>Whenever</c> of the class is no policy of the service, or would be forgotten.</exception>
    public ServiceDeclaration<TAggregate> WithPolicies(Type policies) =>
        WithPolicies(policies, (method, signature) => throw NotDeclared(method, signature));

    /// <summary>The same, where policies need to know something of the facts: the methods with a third parameter of the type <typeparamref name="TKnown"/>.</summary>
    /// <param name="policies">The class.</param>
    /// <param name="known">Makes it of the facts; made again when the event is handled again.</param>
    public ServiceDeclaration<TAggregate> WithPolicies<TKnown>(Type policies, Func<PolicyFacts, TKnown> known) =>
        WithPolicies(
            policies,
            (method, signature) =>
            {
                if (signature is not [var happened, _, var third] || third != typeof(TKnown))
                    throw NotDeclared(method, signature);
                Invoke(AddKnowing<object, TKnown>, [happened, typeof(TKnown)], method, known);
            }
        );

    // Also those that are not public: none may be forgotten.
    private const BindingFlags AnyStatic = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private ServiceDeclaration<TAggregate> WithPolicies(Type policies, Action<MethodInfo, Type[]> addOther)
    {
        ArgumentNullException.ThrowIfNull(policies);
        var declared = _policies.Keys.ToHashSet();
        // In the order in which they are written.
        foreach (var method in policies.GetMethods(AnyStatic).Where(m => m.Name == nameof(Whenever)).OrderBy(m => m.MetadataToken))
        {
            Type[] signature = [.. method.GetParameters().Select(p => p.ParameterType)];
            if (signature is [var happened, var aggregate] && aggregate == typeof(TAggregate))
                Invoke(AddPolicy<object>, [happened], method);
            else if (signature.Length == 0 || !declared.Contains(signature[0].Name))
                addOther(method, signature);
        }
        return this;
    }

    private void AddPolicy<TEvent>(MethodInfo method) => Whenever(method.CreateDelegate<Policy<TEvent, TAggregate>>());

    private void AddKnowing<TEvent, TKnown>(MethodInfo method, Func<PolicyFacts, TKnown> known) =>
        Whenever(method.CreateDelegate<Policy<TEvent, TAggregate, TKnown>>(), known);

    private void Invoke(Delegate generic, Type[] types, params object[] arguments) =>
        generic
            .Method.GetGenericMethodDefinition()
            .MakeGenericMethod(types)
            .Invoke(this, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    private static InvalidOperationException NotDeclared(MethodInfo method, Type[] signature) =>
        new(
            $"{method.DeclaringType}.{method.Name}({string.Join(", ", signature.Select(p => p.Name))}) would be forgotten: "
                + "declare it before WithPolicies"
        );
}
