using System.Runtime.CompilerServices;
using Aos.Cli.Invocation;

namespace Aos.Cli.Targets;

/// <summary>Sequences that end with a refusal where what they come from fails.</summary>
internal static class RefusingSequence
{
    /// <summary>The items.</summary>
    /// <param name="items">Where they come from.</param>
    /// <param name="refuse">The refusal for a failure; null where it is none that can be told of.</param>
    /// <param name="cancel">Ends the enumeration.</param>
    public static async IAsyncEnumerable<T> RefusingAsync<T>(
        this IAsyncEnumerable<T> items, Func<Exception, Refusal?> refuse,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        var from = items.GetAsyncEnumerator(cancel);
        await using var _ = from.ConfigureAwait(false);
        while (await MoveAsync(from, refuse).ConfigureAwait(false)) yield return from.Current;
    }

    private static async ValueTask<bool> MoveAsync<T>(IAsyncEnumerator<T> items, Func<Exception, Refusal?> refuse)
    {
        try
        {
            return await items.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (refuse(failure) is not null)
        {
            throw refuse(failure)!;
        }
    }
}
