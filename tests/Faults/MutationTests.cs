using Mannam.Simulation;
using Xunit;

namespace Mannam.Tests.Faults;

public sealed class MutationTests
{
    public static TheoryData<string> All => [.. Mutation.All.Select(m => m.Name)];

    // That each is found takes long: ./mannam faults mutate.
    [Theory]
    [MemberData(nameof(All))]
    public void A_mutation_still_applies_to_the_code_as_it_is(string name) =>
        Mutation.All.Single(m => m.Name == name).Apply(Checkout.Folder, write: false);
}
