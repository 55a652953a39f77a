namespace Earshot.Engine.Transcription;

/// <summary>Speech to text while the call runs. Audio never waits for it.</summary>
internal sealed class LiveTranscriptionOptions
{
    public const string Skip = "skip";
    public const string CatchUp = "catch-up";

    /// <summary>True sends each piece while the call runs; after the call the whole is sent all the same, for the better text.</summary>
    public bool Enabled { get; set; }

    /// <summary>What gives way when the engine lags by more than <see cref="MostLag"/>: <c>skip</c> leaves out the oldest speech that waits, so that the text is of now; <c>catch-up</c> the newest, so that it has no hole before.</summary>
    public string Policy { get; set; } = Skip;

    /// <summary>The most speech of one side that waits for the engine.</summary>
    public TimeSpan MostLag { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What finds the speech of running calls: <c>energy</c>, or empty for the detector of the analysis, which tells speech from noise and costs more.</summary>
    public string VoiceActivity { get; set; } = "";

    /// <summary>The most speech in one piece: an unbroken speech gives text each time.</summary>
    public TimeSpan LongestPiece { get; set; } = TimeSpan.FromSeconds(12);

    /// <summary>How often the text so far of somebody who is still speaking is asked for; 0 never. Each time sends the piece from its beginning, while the engine has nothing else to do.</summary>
    public TimeSpan PartialEvery { get; set; }
}
