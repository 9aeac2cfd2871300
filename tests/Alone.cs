using Xunit;

namespace Mannam.Tests;

/// <summary>Tests that measure time. They do not run in parallel with other tests.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
