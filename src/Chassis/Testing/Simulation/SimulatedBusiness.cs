using Mannam.Abstractions;
using Npgsql;

namespace Mannam.Testing;

/// <summary>A business as <see cref="Simulator"/> needs to know it: its system, what users do, and the invariants that must hold afterwards.</summary>
public abstract class SimulatedBusiness
{
    /// <summary>The system under test. Its services store in PostgreSQL.</summary>
    public abstract SystemDeclaration System { get; }

    /// <summary>Services outside the system that it calls, such as a payment provider. They run in the simulation too, and know no events.</summary>
    public virtual IReadOnlyList<ServiceDeclaration> OutsideServices => [];

    /// <summary>The sequences from which services take ids, each with the full name of its service. The first one gives the correlation keys of sagas.</summary>
    public abstract IReadOnlyList<(string Service, string Sequence)> IdSequences { get; }

    /// <summary>The settings of each run, such as <c>Taxi:Catch:PaymentTimeout</c>.</summary>
    public virtual IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>();

    /// <summary>Calls that prepare the services, once, before the first run. They must succeed.</summary>
    public virtual IReadOnlyList<UserAction> Preparation => [];

    /// <summary>How many times longer than usual a run is. Usual is 35 to 105 steps; a saga of many steps needs more to come to its end.</summary>
    public virtual int LengthFactor => 1;

    /// <summary>The paths at which services show a saga, such as <c>/orders/{id}</c>, where <c>{id}</c> stands for its correlation key. Of a collection the
    /// only item is read.</summary>
    public abstract IReadOnlyList<string> Resources { get; }

    /// <summary>What a user does next. It may depend on nothing but the arguments, so that a seed gives the same history each time.</summary>
    /// <param name="random">All randomness of the run.</param>
    /// <param name="history">What was done so far.</param>
    public abstract UserAction Next(Random random, UserHistory history);

    /// <summary>The invariants of one saga, once the run has settled.</summary>
    /// <returns>Those that are violated.</returns>
    public abstract IEnumerable<Violation> Check(Saga saga);

    /// <summary>The invariants of all sagas of a run together, once it has settled.</summary>
    /// <returns>Those that are violated.</returns>
    public virtual IEnumerable<Violation> Check(IReadOnlyList<Saga> sagas, IReadOnlyList<UserAnswer> answers) => [];

    /// <summary>An invariant that must hold at the moment at which a user is answered.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="key">The correlation key of the saga that the action is about.</param>
    /// <param name="storeOf">The database of a service by its full name.</param>
    /// <returns>The violation; null when it holds.</returns>
    public virtual Task<Violation?> CheckAtOnceAsync(UserAnswer answer, long key, Func<string, NpgsqlDataSource> storeOf) =>
        Task.FromResult<Violation?>(null);

    /// <summary>Reads what the services outside recorded, such as movements of money, in its order.</summary>
    /// <param name="after">The number of the last record that was read before; 0 for none.</param>
    /// <param name="storeOf">The database of a service by its full name.</param>
    public virtual Task<IReadOnlyList<OutsideRecord>> ReadOutsideAsync(long after, Func<string, NpgsqlDataSource> storeOf) =>
        Task.FromResult<IReadOnlyList<OutsideRecord>>([]);
}

/// <summary>An invariant that does not hold.</summary>
/// <param name="Invariant">The name of the invariant, in a few words.</param>
/// <param name="Details">What was found.</param>
public sealed record Violation(string Invariant, string Details);

/// <summary>Something that a service outside the system recorded of a saga.</summary>
/// <param name="Number">Its place in the order of all records.</param>
/// <param name="Key">The correlation key of the saga. It is a violation when the run has no such saga.</param>
/// <param name="Text">What was recorded, such as <c>charge 1000</c>.</param>
public sealed record OutsideRecord(long Number, long Key, string Text);
