using Mannam.Abstractions;

namespace GuestBook.Thanks;

internal static class Policies
{
    public static IMessage[] Whenever(EntryWritten written, Thanks thanks) => thanks.Say(written);
}
