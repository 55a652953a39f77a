using System.Text;

namespace Earshot.Testing;

/// <summary>Writes a model of whisper.cpp's format that says the same sentence whatever it hears: its layers are zero, and the place in the answer alone decides the next token. Without a sentence it has no weights, as whisper.cpp's own test models.</summary>
internal static class WhisperTestModel
{
    private const int Vocabulary = 51_864; // Of English alone.
    private const int EndOfText = 50_256;
    private const int FirstTimestamp = 50_363;
    private const int AudioContext = 1500, TextContext = 448, State = 64, Layers = 4, Mels = 80, Bins = 201;
    private const float Loudness = 12;
    private const int F32 = 0, F16 = 1;

    /// <param name="path">The file.</param>
    /// <param name="seconds">How long the sentence lasts by its timestamps, in steps of 0.02 s.</param>
    /// <param name="tokens">The sentence's tokens in order, each different; a space begins a word. None: no weights.</param>
    public static void Write(string path, double seconds, params byte[][] tokens)
    {
        using var file = new BinaryWriter(File.Create(path));
        foreach (int value in (int[])[0x67676d6c, Vocabulary, AudioContext, State, 1, Layers, TextContext, State, 1, Layers, Mels, F16, Mels, Bins]) file.Write(value);
        file.Write(new byte[Mels * Bins * sizeof(float)]);
        file.Write(tokens.Length + 1);
        foreach (byte[] token in (byte[][])[" "u8.ToArray(), .. tokens])
        {
            file.Write(token.Length);
            file.Write(token);
        }
        if (tokens.Length == 0) return;

        int[] said = [FirstTimestamp, .. Enumerable.Range(1, tokens.Length), FirstTimestamp + (int)Math.Round(seconds / 0.02), EndOfText];
        float[] places = new float[TextContext * State];
        var words = new Half[Vocabulary * State];
        for (int i = 0; i < said.Length; i++)
        {
            words[said[i] * State + i] = (Half)1;
            places[i * State + i] = Loudness; // What is said at place i is token i of the sentence.
        }
        for (int i = said.Length; i < TextContext; i++) places[i * State + said.Length - 1] = Loudness;
        Encoder(file);
        Tensor(file, "decoder.positional_embedding", places, State, TextContext);
        Tensor(file, "decoder.token_embedding.weight", words, State, Vocabulary);
        Tensor(file, "decoder.ln.weight", Enumerable.Repeat(Loudness, State).ToArray(), State);
        Tensor(file, "decoder.ln.bias", new float[State], State);
        for (int layer = 0; layer < Layers; layer++)
        {
            Block(file, $"decoder.blocks.{layer}");
            Attention(file, $"decoder.blocks.{layer}.cross_attn");
        }
    }

    private static void Encoder(BinaryWriter file)
    {
        Tensor(file, "encoder.positional_embedding", new float[AudioContext * State], State, AudioContext);
        Tensor(file, "encoder.conv1.weight", new Half[3 * Mels * State], 3, Mels, State);
        Tensor(file, "encoder.conv1.bias", new float[State], 1, State);
        Tensor(file, "encoder.conv2.weight", new Half[3 * State * State], 3, State, State);
        Tensor(file, "encoder.conv2.bias", new float[State], 1, State);
        Tensor(file, "encoder.ln_post.weight", new float[State], State);
        Tensor(file, "encoder.ln_post.bias", new float[State], State);
        for (int layer = 0; layer < Layers; layer++) Block(file, $"encoder.blocks.{layer}");
    }

    private static void Block(BinaryWriter file, string name)
    {
        Tensor(file, $"{name}.mlp_ln.weight", new float[State], State);
        Tensor(file, $"{name}.mlp_ln.bias", new float[State], State);
        Tensor(file, $"{name}.mlp.0.weight", new Half[4 * State * State], State, 4 * State);
        Tensor(file, $"{name}.mlp.0.bias", new float[4 * State], 4 * State);
        Tensor(file, $"{name}.mlp.2.weight", new Half[4 * State * State], 4 * State, State);
        Tensor(file, $"{name}.mlp.2.bias", new float[State], State);
        Attention(file, $"{name}.attn");
    }

    private static void Attention(BinaryWriter file, string name)
    {
        Tensor(file, $"{name}_ln.weight", new float[State], State);
        Tensor(file, $"{name}_ln.bias", new float[State], State);
        foreach (string part in (string[])["query", "key", "value", "out"])
        {
            Tensor(file, $"{name}.{part}.weight", new Half[State * State], State, State);
            if (part != "key") Tensor(file, $"{name}.{part}.bias", new float[State], State);
        }
    }

    private static void Tensor<T>(BinaryWriter file, string name, T[] data, params int[] shape) where T : unmanaged
    {
        file.Write(shape.Length);
        file.Write(Encoding.ASCII.GetByteCount(name));
        file.Write(typeof(T) == typeof(float) ? F32 : F16);
        foreach (int size in shape) file.Write(size);
        file.Write(Encoding.ASCII.GetBytes(name));
        file.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(data.AsSpan()));
    }
}
