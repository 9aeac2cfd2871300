using Mannam.Abstractions;

namespace Mannam.Simulation.Lessons;

/// <summary>A system as small as can be for what no system of ours does yet: a policy that calls, commands that compare sagas, a constraint that refuses.
/// <c>desk</c> takes orders and cancels them at <c>teacher</c>, both or neither; <c>teacher</c> has one lesson an hour.</summary>
internal static class LessonsSystem
{
    public static SystemDeclaration Declaration { get; } =
        new SystemDeclaration("lessons", "Lessons", "orderId").With(DeskService.Declaration).With(TeacherService.Declaration);
}
