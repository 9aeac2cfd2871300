using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mannam.Http;

/// <summary>A PATCH may change only the fields that the document names (spec README, "Verbs").</summary>
internal static class PatchRules
{
    /// <summary>
    /// Adds an error for every field of <paramref name="current"/> that was sent with another value, or as <c>null</c>, and may not change.
    /// Fields that the resource does not have are ignored.
    /// </summary>
    public static void OnlyMayChange<TView>(
        this RequestFields fields,
        TView current,
        JsonTypeInfo<TView> json,
        params ReadOnlySpan<string> mayChange
    )
    {
        ArgumentNullException.ThrowIfNull(fields);
        if (!HasOther(fields.Table, mayChange))
            return;
        var known = FieldTable.Read(JsonSerializer.SerializeToUtf8Bytes(current, json), out _);
        for (var i = 0; i < known.Count; i++)
        {
            var name = known.NameAt(i);
            if (!mayChange.Contains(name) && fields.Table.TryFind(name, out var sent) && (sent.IsNull || !sent.IsSameAs(known.ValueAt(i))))
                fields.Reject(name, $"{name} cannot be changed.");
        }
    }

    private static bool HasOther(FieldTable table, ReadOnlySpan<string> mayChange)
    {
        for (var i = 0; i < table.Count; i++)
        {
            var named = false;
            foreach (var name in mayChange)
                named |= table.IsNamed(i, name);
            if (!named)
                return true;
        }
        return false;
    }
}
