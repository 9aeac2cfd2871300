using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>Repeated slashes in a path count as one; a slash at the end is ignored (spec README).</summary>
public static class PathNormalization
{
    /// <summary>The normal form of <paramref name="path"/>; the same instance if it is normal already. The root is <c>/</c>.</summary>
    public static PathString Normalize(PathString path)
    {
        var given = path.Value;
        if (given is null || given.Length <= 1 || (given[^1] != '/' && !given.Contains("//", StringComparison.Ordinal)))
            return path;
        return new PathString(string.Create(LengthOnceWritten(given), given, static (target, source) => Copy(source, target)));
    }

    private static int LengthOnceWritten(string source)
    {
        var length = 0;
        for (var i = 0; i < source.Length; i++)
            length += IsKept(source, i) ? 1 : 0;
        return Math.Max(1, length);
    }

    private static void Copy(string source, Span<char> target)
    {
        target[0] = '/';
        var length = 0;
        for (var i = 0; i < source.Length; i++)
        {
            if (IsKept(source, i))
                target[length++] = source[i];
        }
    }

    // Of several slashes the last is kept, unless they end the path.
    private static bool IsKept(string source, int i) => source[i] != '/' || (i + 1 < source.Length && source[i + 1] != '/');
}
