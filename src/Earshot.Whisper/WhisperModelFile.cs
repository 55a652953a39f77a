using System.Buffers.Binary;

namespace Earshot.Whisper;

/// <summary>Reads through a ggml model of whisper.cpp without loading it. whisper.cpp ends the process over some damage, so none of it reaches it.</summary>
/// <remarks>Magic, eleven sizes, mel filters, vocabulary, then tensors to the end of the file; see <c>whisper_model_load</c> in whisper.cpp.</remarks>
internal static class WhisperModelFile
{
    private const uint Magic = 0x67676d6c;
    private const int Fields = 11, Bins = 201, MostDimensions = 4, LongestName = 256, LongestToken = 4096;

    /// <summary>What may be in the file: its sizes with the least and the most that is believed of each. Fewer tokens than English's would leave whisper.cpp's own marks outside its tables.</summary>
    private static readonly (string Name, int Least, int Most)[] Sizes =
    [
        ("n_vocab", 51_864, 60_000), ("n_audio_ctx", 1, 20_000), ("n_audio_state", 1, 16_384), ("n_audio_head", 1, 1024), ("n_audio_layer", 1, 256),
        ("n_text_ctx", 1, 20_000), ("n_text_state", 1, 16_384), ("n_text_head", 1, 1024), ("n_text_layer", 1, 256), ("n_mels", 1, 1024), ("ftype", 0, 9999),
    ];

    /// <summary>Bytes of a block and elements in it, by ggml's number of the type.</summary>
    private static readonly Dictionary<int, (int Bytes, int Elements)> Types = new()
    {
        [0] = (4, 1), [1] = (2, 1), [2] = (18, 32), [3] = (20, 32), [6] = (22, 32), [7] = (24, 32), [8] = (34, 32), [9] = (36, 32),
        [10] = (84, 256), [11] = (110, 256), [12] = (144, 256), [13] = (176, 256), [14] = (210, 256),
    };

    /// <exception cref="WhisperException">It cannot be read, is no model, or is damaged: the message says where.</exception>
    public static void Check(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            var reader = new Reader(file, path);
            if (reader.Length < 4 || (uint)reader.Int() != Magic) throw new WhisperException($"{path} is not a ggml model of whisper.cpp: 'earshot models list' names models that are");
            int[] sizes = Head(reader);
            int mels = reader.Between("the number of mel bands", 1, 1024), bins = reader.Between("the number of frequencies", Bins, Bins);
            if (mels != sizes[9]) throw reader.Damaged($"it has {mels} mel filters where its head says {sizes[9]}");
            reader.Skip(4L * mels * bins, "the mel filters");
            int tokens = reader.Between("the number of tokens", 1, sizes[0]);
            for (int i = 0; i < tokens; i++) reader.Skip(reader.Between("a token's length", 0, LongestToken), "the vocabulary");
            while (!reader.IsAtEnd) Tensor(reader);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new WhisperException($"{path} cannot be read: {e.Message}");
        }
    }

    private static int[] Head(Reader reader)
    {
        var sizes = new int[Fields];
        for (int i = 0; i < Fields; i++) sizes[i] = reader.Between(Sizes[i].Name, Sizes[i].Least, Sizes[i].Most);
        if (sizes[2] % sizes[3] != 0 || sizes[6] % sizes[7] != 0 || sizes[2] != sizes[6]) throw reader.Damaged("its sizes do not fit each other");
        if (!Types.ContainsKey(Weights(sizes[10] % 1000))) throw reader.Damaged($"its weights are of the unknown kind {sizes[10]}");
        return sizes;
    }

    /// <summary>ggml's number of the type for a file type, as in ggml_ftype_to_ggml_type.</summary>
    private static int Weights(int fileType) => fileType switch { <= 3 => fileType, 7 => 8, 8 => 6, 9 => 7, >= 10 and <= 14 => fileType, _ => -1 };

    private static void Tensor(Reader reader)
    {
        int dimensions = reader.Between("a tensor's dimensions", 1, MostDimensions), name = reader.Between("the length of a tensor's name", 1, LongestName), type = reader.Int();
        if (!Types.TryGetValue(type, out (int Bytes, int Elements) block)) throw reader.Damaged($"a tensor is of the unknown type {type}");
        long elements = 1;
        for (int i = 0; i < dimensions; i++) elements *= reader.Between("a tensor's size", 1, 1 << 24);
        if (elements <= 0 || elements > 1L << 34 || elements % block.Elements != 0) throw reader.Damaged("a tensor's size is absurd");
        reader.Skip(name, "a tensor's name");
        reader.Skip(elements / block.Elements * block.Bytes, "a tensor");
    }

    private sealed class Reader(FileStream file, string path)
    {
        private readonly byte[] four = new byte[4];

        public long Length { get; } = file.Length;

        public bool IsAtEnd => file.Position == Length;

        public int Int()
        {
            if (file.ReadAtLeast(four, four.Length, throwOnEndOfStream: false) < four.Length) throw Damaged("it ends there");
            return BinaryPrimitives.ReadInt32LittleEndian(four);
        }

        public int Between(string what, int least, int most) => Int() is var value && value >= least && value <= most ? value : throw Damaged($"{what} is {value}");

        public void Skip(long bytes, string what)
        {
            if (bytes > Length - file.Position) throw Damaged($"it ends within {what}");
            file.Seek(bytes, SeekOrigin.Current);
        }

        public WhisperException Damaged(string how) => new($"{path} is damaged or cut off: at byte {file.Position} of {Length}, {how}. Fetch it again ('earshot models get'), or convert it anew");
    }
}
