namespace Mannam.Tests.Unit;

/// <summary>Every order in which steps of several producers can arrive. The steps of one producer keep their order.</summary>
internal static class Interleavings
{
    /// <summary>All orders. For chains of lengths a, b, c there are (a+b+c)! / (a! b! c!).</summary>
    public static IEnumerable<IReadOnlyList<T>> Of<T>(params IReadOnlyList<T>[] chains)
    {
        if (chains.All(c => c.Count == 0))
        {
            yield return [];
            yield break;
        }
        for (var i = 0; i < chains.Length; i++)
        {
            if (chains[i].Count == 0)
                continue;
            var rest = chains.ToArray();
            rest[i] = [.. chains[i].Skip(1)];
            foreach (var order in Of(rest))
                yield return [chains[i][0], .. order];
        }
    }
}
