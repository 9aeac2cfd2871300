using System.Reflection;
using Mannam.Host;
using Mannam.Messaging;
using Mannam.Testing;
using Mannam.Tests.Host;
using Xunit;

namespace Mannam.Tests.Faults;

/// <summary>In production failpoints cost nothing, and nobody can make use of them.</summary>
public sealed class FailpointsTests
{
    private const int Times = 10_000;

    [Fact]
    public async Task A_failpoint_costs_no_memory_and_no_wait_where_no_test_listens()
    {
        var failpoints = new Failpoints("some.service");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Times; i++)
        {
            var hit = i % 2 == 0 ? failpoints.HitAsync("command.committed") : failpoints.HitAsync("SomethingDue", "claimed");
            Assert.True(hit.IsCompletedSuccessfully);
            await hit;
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Times);
    }

    [Fact]
    public void No_assembly_of_an_installation_needs_Mannam_Testing()
    {
        var all = new HashSet<string>();
        void Add(Assembly assembly)
        {
            foreach (var needed in assembly.GetReferencedAssemblies().Where(a => a.Name!.StartsWith("Mannam.", StringComparison.Ordinal)))
            {
                if (all.Add(needed.Name!))
                    Add(Assembly.Load(needed));
            }
        }
        Add(typeof(Machine).Assembly);

        Assert.Contains("Mannam.Messaging", all);
        Assert.DoesNotContain("Mannam.Testing", all);
    }

    [Fact]
    public async Task A_program_without_the_startup_hook_is_not_killed_at_a_failpoint()
    {
        await using var installed = new Installed { Environment = { [KillSwitch.Variable] = "taxi.catch/command.committed" } };
        var up = await installed.UpAsync();

        await up.Http.RequestedAsync();

        Assert.Equal(0, (await up.EndAsync(Posix.Interrupt)).Status);
    }
}
