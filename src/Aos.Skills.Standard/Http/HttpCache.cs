using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Aos.Abstractions.Skills;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.Http;

/// <summary>An answer that may be given again where the server says that it still holds.</summary>
/// <param name="Result">The result.</param>
/// <param name="ETag">Its entity tag; null: none.</param>
/// <param name="LastModified">Its date; null: none.</param>
internal sealed record CachedAnswer(Payload Result, string? ETag, string? LastModified);

/// <summary>Answers of GET requests by what was asked, per tenant and agent, in memory. The server is asked each time
/// whether the answer still holds (RFC 9110 §13), so nothing old is ever shown. Bounded: what was not used for longest
/// goes first. Thread-safe.</summary>
/// <param name="bytesMax">Bytes of all results.</param>
internal sealed class HttpCache(long bytesMax)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, CachedAnswer Answer)>> _byKey =
        new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, CachedAnswer Answer)> _newestFirst = new();
    private long _bytes;

    /// <summary>What makes two requests the same: who asks, where, and every header as the plan has it. A secret counts
    /// by its value, as a hash: what one key may see is nothing for another.</summary>
    public static string KeyOf(SkillCall call, Uri url, ImmutableArray<SentHeader> headers)
    {
        var text = new StringBuilder().Append(call.Tenant).Append('\n').Append(call.AgentId).Append('\n')
            .Append(url.AbsoluteUri);
        foreach (var header in headers.OrderBy(header => header.Name, StringComparer.OrdinalIgnoreCase))
            text.Append('\n').Append(header.Name.ToLowerInvariant()).Append(':').Append(header.Value);
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>The answer that is kept for a request; null: none.</summary>
    public CachedAnswer? Find(string key)
    {
        lock (_gate)
        {
            if (!_byKey.TryGetValue(key, out var node)) return null;
            _newestFirst.Remove(node);
            _newestFirst.AddFirst(node);
            return node.Value.Answer;
        }
    }

    /// <summary>Keeps an answer, in place of the one before.</summary>
    public void Keep(string key, CachedAnswer answer)
    {
        lock (_gate)
        {
            if (_byKey.Remove(key, out var before)) Drop(before);
            if (answer.Result.Utf8.Length > bytesMax) return;
            _byKey.Add(key, _newestFirst.AddFirst((key, answer)));
            _bytes += answer.Result.Utf8.Length;
            while (_bytes > bytesMax && _newestFirst.Last is { } oldest)
            {
                _byKey.Remove(oldest.Value.Key);
                Drop(oldest);
            }
        }
    }

    private void Drop(LinkedListNode<(string Key, CachedAnswer Answer)> node)
    {
        _newestFirst.Remove(node);
        _bytes -= node.Value.Answer.Result.Utf8.Length;
    }
}
