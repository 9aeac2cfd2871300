using Mannam.Chassis.Hosting;
using Mannam.Chassis.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Chassis.Declaration;

/// <summary>The declaration of a service outside the systems, which takes no part in their events, such as the payment provider.</summary>
/// <typeparam name="TDb">Its store.</typeparam>
public sealed class StandAloneDeclaration<TDb>(string name, string title) : ServiceDeclaration("", name, title)
    where TDb : DbContext
{
    public override IReadOnlyList<string> SubscribesTo => [];

    internal override ConnectionPools Pools => ConnectionPools.OfSingleCommits;

    internal override void Register(IServiceCollection services, ServiceRuntime runtime) =>
        services.AddPooledDbContextFactory<TDb>(o => ContextModel<TDb>.Configure(o, runtime.Reads), poolSize: 64);

    public override void MapStore() => _ = ContextModel<TDb>.Model;

    internal override Task WarmUpStoreAsync(IServiceProvider services) => Task.CompletedTask;

    internal override IEnumerable<ILoop> Loops(IServiceProvider services, ServiceRuntime runtime) => [];
}
