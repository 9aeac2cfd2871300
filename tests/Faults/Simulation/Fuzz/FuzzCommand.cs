using System.Text.Json.Nodes;
using Mannam.Host;
using Mannam.Testing;

namespace Mannam.Simulation.Fuzz;

/// <summary>The command <c>fuzz</c>.</summary>
internal static class FuzzCommand
{
    // So many calls a chapter, so that both halves of one are many.
    private const int Chapter = 2000;

    public static async Task<int> RunAsync(string[] args, CancellationToken ct)
    {
        var (requests, seed, system) = (20_000, 1, "taxi");
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--requests":
                    requests = Simulate.Number(args, ++i);
                    break;
                case "--seed":
                    seed = Simulate.Number(args, ++i);
                    break;
                case "--system":
                    system = i + 1 < args.Length ? args[++i] : "";
                    break;
                default:
                    throw new ArgumentException($"{args[i]} is not understood");
            }
        }
        var business = Simulate.Of(system);
        var data = Path.Combine(Path.GetTempPath(), $"mannam-faults-{Environment.ProcessId}");
        try
        {
            await using var postgres = await PrivatePostgres.StartAsync(data, 300, _ => { }, ct);
            var findings = await RunAsync(business, postgres.ConnectionString, "fuzz_", data, requests, seed, endless: 3, Console.Out, ct);
            Console.WriteLine(findings);
            return findings.Faults == 0 ? 0 : 1;
        }
        finally
        {
            if (Directory.Exists(data))
                Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>Starts the system on databases of its own, makes the calls, and checks.</summary>
    public static async Task<Findings> RunAsync(
        SimulatedBusiness business,
        string server,
        string prefix,
        string folder,
        int requests,
        int seed,
        int endless,
        TextWriter told,
        CancellationToken ct
    )
    {
        await using var target = await Target.StartAsync(business, server, prefix, folder, ct);
        await using var stores = new Stores(business, server, prefix);
        var name = business.System.Name;
        var document =
            await target.ShownAsync($"/{name}/openapi/v1.json") ?? throw new SimulatorException($"{name} serves no OpenAPI document");
        var calls = new Calls(Operation.Of((JsonNode)document), name, seed);
        var chapters = Math.Max(2, requests / Chapter);
        return await new Campaign(business, target, stores, calls, told).RunAsync(requests, chapters, endless, ct);
    }
}
