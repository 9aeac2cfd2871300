using GuestBook.Simulation;
using Mannam.Testing;

// The argument is a PostgreSQL server whose user may create databases, such as "Host=127.0.0.1;Username=postgres".
var options = new SimulationOptions
{
    Seeds = 100,
    StopAtFirstFailure = true,
    Output = Console.Out,
};
var summary = await Simulator.RunAsync(new GuestBookBusiness(), args[0], options);
Console.WriteLine(summary);
return summary.Failed == 0 ? 0 : 1;
