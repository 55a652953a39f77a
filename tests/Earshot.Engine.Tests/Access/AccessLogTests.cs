using Earshot.Engine.Access;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Access;

public sealed class AccessLogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Each_line_follows_on_the_one_before()
    {
        AccessLog log = Log();
        for (int i = 0; i < 5; i++) log.Append(new Principal("ann", "10.0.0.1"), Permission.Listen, $"rec{i}");
        log.FirstBrokenLine().ShouldBe(0);
        log.Read().Select(e => (e.Who, e.From, e.Action, e.Target)).ShouldBe(Enumerable.Range(0, 5).Select(i => ("ann", "10.0.0.1", "listen", $"rec{i}")));
        log.Read().Select(e => e.Previous).Distinct().Count().ShouldBe(5);
    }

    [Theory]
    [InlineData("change", 4)]
    [InlineData("remove", 3)]
    [InlineData("swap", 3)]
    [InlineData("insert", 4)]
    [InlineData("tear", 3)]
    public void Whatever_is_tampered_with_breaks_the_chain_behind_it(string how, int line)
    {
        AccessLog log = Log();
        for (int i = 0; i < 6; i++) log.Append(Principal.Terminal, Permission.Delete, $"CA{i}");
        List<string> lines = [.. File.ReadAllLines(log.Path)];
        if (how == "change") lines[2] = lines[2].Replace("CA2", "CA9", StringComparison.Ordinal);
        if (how == "remove") lines.RemoveAt(2);
        if (how == "swap") (lines[2], lines[3]) = (lines[3], lines[2]);
        if (how == "insert") lines.Insert(2, lines[2]);
        if (how == "tear") lines[2] = lines[2][..20];
        File.WriteAllLines(log.Path, lines);
        log.FirstBrokenLine().ShouldBe(line);
    }

    [Fact]
    public void A_torn_last_line_harms_nothing_that_comes_after_it()
    {
        AccessLog log = Log();
        for (int i = 0; i < 3; i++) log.Append(Principal.Terminal, Permission.Export, $"CA{i}");
        File.WriteAllText(log.Path, File.ReadAllText(log.Path)[..^30]);
        log.Append(Principal.Terminal, Permission.Export, "CA3");
        log.Append(Principal.Terminal, Permission.Export, "CA4");
        log.Read().Select(e => e.Target).ShouldBe(["CA0", "CA1", "CA3", "CA4"]);
        log.FirstBrokenLine().ShouldBe(3);
    }

    [Fact]
    public void Many_who_append_at_once_keep_one_chain()
    {
        Log().Append(Principal.Terminal, Permission.Listen, "first");
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, writer =>
        {
            AccessLog own = Log(); // As another process has its own.
            for (int i = 0; i < 25; i++) own.Append(new Principal($"w{writer}", ""), Permission.Listen, $"{writer}-{i}");
        });
        AccessLog log = Log();
        log.FirstBrokenLine().ShouldBe(0);
        log.Read().Count.ShouldBe(101);
        for (int writer = 0; writer < 4; writer++) log.Read().Where(e => e.Who == $"w{writer}").Select(e => e.Target).ShouldBe(Enumerable.Range(0, 25).Select(i => $"{writer}-{i}"));
    }

    [Fact]
    public void Names_with_anything_in_them_stay_one_line()
    {
        AccessLog log = Log();
        log.Append(new Principal("a\nb\"}", "\r\n"), Permission.Listen, "x\u2028y");
        log.Append(Principal.Terminal, Permission.Listen, "z");
        (log.Read().Count, log.FirstBrokenLine(), log.Read()[0].Who).ShouldBe((2, 0, "a\nb\"}"));
    }

    [Fact]
    public void The_file_is_for_its_owner_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes");
            return;
        }
        AccessLog log = Log();
        log.Append(Principal.Terminal, Permission.Listen, "x");
        File.GetUnixFileMode(log.Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private AccessLog Log() => new(folder.Sub("data"), TimeProvider.System);
}
