using System.Reflection;
using Xunit.v3;

[assembly: Mannam.Tests.Running]

namespace Mannam.Tests;

/// <summary>Keeps a file for each running test in the launcher's folder, if there is one. After a crash the files left name the tests that were running.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class RunningAttribute : BeforeAfterTestAttribute
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("MANNAM_RUNNING_TESTS");

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (Folder is not null)
            File.Create(NameOf(methodUnderTest, Folder)).Dispose();
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (Folder is not null)
            File.Delete(NameOf(methodUnderTest, Folder));
    }

    private static string NameOf(MethodInfo test, string folder) => Path.Combine(folder, $"{test.ReflectedType}.{test.Name}");
}
