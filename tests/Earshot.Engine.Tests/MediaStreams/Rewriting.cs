namespace Earshot.Engine.Tests.MediaStreams;

/// <summary>In which ways a message may differ and still mean the same.</summary>
[Flags]
internal enum Rewriting
{
    AsItIs = 0,
    AnyOrder = 1,
    Extras = 2,
    Escapes = 4,
    NumbersAsNumbers = 8,
}
