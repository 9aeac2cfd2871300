using System.Reflection;
using System.Text;

namespace Mannam.Tests.Packages;

/// <summary>The public API of an assembly, one member per line, sorted.</summary>
internal static class PublicApi
{
    public static string Of(Assembly assembly)
    {
        var lines = new List<string>();
        foreach (var type in assembly.GetExportedTypes())
        {
            lines.Add($"{KindOf(type)} {NameOf(type)}{BasesOf(type)}");
            lines.AddRange(MembersOf(type).Select(m => $"{NameOf(type)}.{m}"));
        }
        lines.Sort(StringComparer.Ordinal);
        return string.Join('\n', lines.Distinct()) + "\n";
    }

    private static IEnumerable<string> MembersOf(Type type)
    {
        const BindingFlags Declared =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (typeof(Delegate).IsAssignableFrom(type))
            return [Signature(type.GetMethod("Invoke")!)];
        return type.GetMembers(Declared).Where(m => !IsMadeByTheCompiler(m)).Select(Member).OfType<string>();
    }

    private static bool IsMadeByTheCompiler(MemberInfo member) =>
        member.Name.Contains('<', StringComparison.Ordinal)
        || member is MethodInfo { IsSpecialName: true }
        || member.GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>() is not null
        || member.Name is "EqualityContract" or "PrintMembers" or "Deconstruct" or "value__";

    private static string? Member(MemberInfo member) =>
        member switch
        {
            ConstructorInfo c when IsVisible(c) => $"new({Parameters(c)})",
            MethodInfo m when IsVisible(m) => Signature(m),
            PropertyInfo p when p.GetAccessors(nonPublic: true).Any(IsVisible) => $"{p.Name}: {NameOf(p.PropertyType)} {{{Accessors(p)}}}",
            FieldInfo f when f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly => $"{f.Name}: {NameOf(f.FieldType)}",
            EventInfo e => $"event {e.Name}: {NameOf(e.EventHandlerType!)}",
            _ => null,
        };

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Accessors(PropertyInfo property)
    {
        var accessors = new List<string>();
        if (property.GetMethod is { } get && IsVisible(get))
            accessors.Add("get");
        if (property.SetMethod is { } set && IsVisible(set))
            accessors.Add(set.ReturnParameter.GetRequiredCustomModifiers().Any(m => m.Name == "IsExternalInit") ? "init" : "set");
        return string.Join(' ', accessors);
    }

    private static string Signature(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";
        return $"{(method.IsStatic ? "static " : "")}{method.Name}{generic}({Parameters(method)}): {NameOf(method.ReturnType)}";
    }

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(p => $"{NameOf(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = …" : "")}"));

    private static string KindOf(Type type) =>
        type.IsEnum ? "enum"
        : type.IsInterface ? "interface"
        : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
        : type.IsValueType ? "struct"
        : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : type.IsAbstract ? "abstract class"
        : type.IsSealed ? "sealed class"
        : "class";

    private static string BasesOf(Type type)
    {
        var bases = new List<Type>();
        if (
            type.BaseType is { } super
            && super != typeof(object)
            && super != typeof(ValueType)
            && super != typeof(Enum)
            && super != typeof(MulticastDelegate)
        )
            bases.Add(super);
        bases.AddRange(type.GetInterfaces().Where(i => i.IsVisible && !i.Name.StartsWith("IEquatable", StringComparison.Ordinal)));
        return bases.Count == 0 || type.IsEnum ? "" : " : " + string.Join(", ", bases.Select(NameOf).Order(StringComparer.Ordinal));
    }

    private static string NameOf(Type type)
    {
        if (type.IsGenericParameter)
            return type.Name;
        if (type.IsByRef || type.IsArray)
            return NameOf(type.GetElementType()!) + (type.IsArray ? "[]" : "&");
        var name = new StringBuilder(type.IsNested ? NameOf(type.DeclaringType!) + "." : "");
        name.Append(type.Name.Split('`')[0]);
        var own = type.GetGenericArguments();
        if (own.Length > 0 && type.Name.Contains('`', StringComparison.Ordinal))
            name.Append('<').AppendJoin(", ", own.Select(NameOf)).Append('>');
        return name.ToString();
    }
}
