using Aos.Abstractions.Storage;
using Aos.Storage.Tests.Contracts;

namespace Aos.Storage.Tests.Postgres;

/// <summary>Appends to several runs at once, as an engine does: after a failure it reads again, and only what is not
/// there is appended once more. Keeps what was acknowledged, to compare.</summary>
internal sealed class CarefulWriter(IStore store, int runs)
{
    private readonly TestRun[] _runs = [.. Enumerable.Range(0, runs).Select(i => new TestRun($"r{i}"))];

    /// <summary>How many events of each run were acknowledged, or found after a failure.</summary>
    public int Written { get; private set; }

    /// <summary>The codes of the failures.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>How many failed appends turned out to have been written.</summary>
    public int WrittenAllTheSame { get; private set; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Appends one event to each run, again and again until something that happens meanwhile has ended and has
    /// failed an append.</summary>
    public async Task StepThroughAsync(Task happening)
    {
        var before = Failures.Count;
        while (!happening.IsCompleted || Failures.Count == before) await StepAsync(happening);
        await happening;
    }

    /// <summary>Appends one event to each run, until it is known to be there.</summary>
    public Task StepAsync() => StepAsync(Task.CompletedTask);

    private async Task StepAsync(Task happening)
    {
        var batch = _runs.Select(run => Written == 0 ? run.Begin("0") : run.Next($"{Written}")).ToArray();
        while (true)
        {
            try
            {
                Assert.All(
                    await store.AppendAsync(batch, Cancel), result => Assert.Equal(AppendResult.Written, result));
                break;
            }
            catch (StoreException failure)
            {
                Failures.Add(failure.Code.Value);
                if (!await IsThereAsync(happening)) continue;
                WrittenAllTheSame++;
                break;
            }
        }

        Written++;
    }

    /// <summary>Compares what is there with what was written.</summary>
    public async Task VerifyAsync()
    {
        foreach (var run in _runs)
        {
            var segments = await store.ReadAsync(run.Id, 0, Cancel);
            Assert.Equal(
                Enumerable.Range(0, Written).Select(i => $"{i}"),
                segments.Select(segment => TestRun.Text(segment.Events)));
        }

        Assert.Empty(await store.CheckAsync(Cancel));
    }

    // All runs of a batch, or none: it is one transaction.
    private async Task<bool> IsThereAsync(Task happening)
    {
        while (true)
        {
            try
            {
                var counts = new HashSet<int>();
                foreach (var run in _runs) counts.Add((await store.ReadAsync(run.Id, 0, Cancel)).Count);
                return Assert.Single(counts) == Written + 1;
            }
            catch (StoreException failure)
            {
                Failures.Add(failure.Code.Value);
                // What failed to come back ends the test.
                if (happening.IsFaulted) await happening;
            }
        }
    }
}
