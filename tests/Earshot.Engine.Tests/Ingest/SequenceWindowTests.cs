using Earshot.Engine.Ingest;

namespace Earshot.Engine.Tests.Ingest;

public sealed class SequenceWindowTests
{
    [Fact]
    public void A_number_that_came_before_is_known_as_far_back_as_the_window_reaches()
    {
        var window = new SequenceWindow();
        for (long s = 1; s <= 5000; s++) window.Add(s).ShouldBeTrue();
        for (long s = 5000; s > 5000 - SequenceWindow.Size; s--) window.Add(s).ShouldBeFalse();
        window.Add(5000 - SequenceWindow.Size).ShouldBeTrue("too long ago to know");
        (window.First, window.Highest).ShouldBe((1, 5000));
    }

    [Fact]
    public void What_is_missing_between_two_numbers_is_known()
    {
        var window = new SequenceWindow();
        foreach (long s in new long[] { 1, 2, 3, 5, 6, 9 }) window.Add(s);
        window.IsAnyMissing(1, 3).ShouldBeFalse();
        window.IsAnyMissing(3, 5).ShouldBeTrue();
        window.IsAnyMissing(5, 6).ShouldBeFalse();
        window.IsAnyMissing(6, 9).ShouldBeTrue();
        window.Add(4).ShouldBeTrue();
        window.IsAnyMissing(3, 5).ShouldBeFalse();
        window.IsAnyMissing(-1, 9).ShouldBeFalse("a carrier without numbers misses none");
        window.IsAnyMissing(1, -1).ShouldBeFalse();
    }

    [Theory]
    [InlineData(64)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(1L << 40)]
    public void A_jump_forgets_what_it_passed_over(long jump)
    {
        var window = new SequenceWindow();
        for (long s = 1; s <= 2000; s++) window.Add(s);
        window.Add(2000 + jump).ShouldBeTrue();
        window.Add(2000 + jump).ShouldBeFalse();
        if (jump > 1) window.Add(2000 + jump - 1).ShouldBeTrue("it never came");
        window.Add(2000 + jump - 1).ShouldBeFalse();
    }

    [Fact]
    public void It_agrees_with_a_set_on_any_order()
    {
        var random = new Random(7);
        for (int round = 0; round < 20; round++)
        {
            var window = new SequenceWindow();
            var seen = new HashSet<long>();
            long top = 0;
            for (int i = 0; i < 4000; i++)
            {
                long s = Math.Max(1, top + random.Next(-40, 8));
                top = Math.Max(top, s);
                window.Add(s).ShouldBe(seen.Add(s));
                long a = Math.Max(window.First, top - random.Next(1, 200)), b = a + random.Next(1, 100);
                bool missing = false;
                for (long x = a + 1; x < b; x++) missing |= !seen.Contains(x);
                window.IsAnyMissing(a, b).ShouldBe(missing);
            }
        }
    }
}
