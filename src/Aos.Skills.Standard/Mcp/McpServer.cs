using System.Security.Cryptography;
using System.Text;
using Aos.Abstractions.Secrets;
using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Secrets;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.Mcp;

/// <summary>The connections to one imported server, made when they are first needed and made anew when they broke.
/// Owns them. Thread-safe.</summary>
/// <remarks>Agents of different tenants, networks or secrets never share one: what a server remembers of a connection
/// is not shown to another agent, and a secret is used by nobody who may not.</remarks>
internal sealed class McpServer(McpServerSpec server, McpServices services) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<McpConnection>> _open = new(StringComparer.Ordinal);
    private readonly List<Task> _closing = [];
    private readonly CancellationTokenSource _life = new();

    public McpServerSpec Spec => server;

    /// <summary>The values of variables or headers for a call.</summary>
    /// <returns>The values; or the failure of a call that may not be made.</returns>
    public async ValueTask<(IReadOnlyDictionary<string, string>? Values, SkillResult? Failure)> ResolveAsync(
        ISecretResolver secrets, CancellationToken cancel)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in server.Values.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            if (value.Secret is not { } reference)
            {
                values[name] = value.Text ?? "";
                continue;
            }
            if (!SecretName.TryParse(reference, out var secret))
                return (null,
                    SkillResult.Failure(
                        ErrorCodes.InvalidImport, $"'{reference}' is not {SecretName.Rule}.", EffectState.None));
            var found = await secrets.ResolveAsync(secret, cancel).ConfigureAwait(false);
            if (found.Value is not { } resolved) return (null, found.ToFailure());
            if (server.Url is { } url && !resolved.MayBeSentTo(url))
                return (null, SkillResult.Failure(ErrorCodes.SecretNotAllowed,
                    $"The profile does not let secret '{secret}' be sent to {url.Host}.", EffectState.None));
            values[name] = value.Prefix + resolved.Reveal();
        }
        return (values, null);
    }

    /// <summary>A connection that works.</summary>
    /// <param name="call">Who calls, and what may be reached.</param>
    /// <param name="values">The values of variables or headers.</param>
    /// <param name="cancel">Ends the wait; a connection that is being made is finished for the next call.</param>
    /// <exception cref="McpUnavailableException">There is none.</exception>
    public async ValueTask<McpConnection> ConnectAsync(
        SkillCall call, IReadOnlyDictionary<string, string> values, CancellationToken cancel)
    {
        var key = KeyOf(call, values);
        var opening = Open(key, call.Network, values);
        var connection = await opening.WaitAsync(cancel).ConfigureAwait(false);
        if (connection.IsAlive && await connection.AnswersAsync(cancel).ConfigureAwait(false)) return connection;
        Forget(key, opening);
        return await Open(key, call.Network, values).WaitAsync(cancel).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        Task[] all;
        await _life.CancelAsync().ConfigureAwait(false);
        lock (_gate)
        {
            foreach (var opening in _open.Values) _closing.Add(CloseAsync(opening));
            _open.Clear();
            all = [.. _closing];
        }
        await Task.WhenAll(all).ConfigureAwait(false);
        _life.Dispose();
    }

    private Task<McpConnection> Open(string key, ValueList<string> network, IReadOnlyDictionary<string, string> values)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_life.IsCancellationRequested, this);
            _closing.RemoveAll(closing => closing.IsCompleted);
            if (_open.TryGetValue(key, out var known) && !known.IsFaulted && !known.IsCanceled) return known;
            MakeRoom();
            return _open[key] = OpenAsync(network, values);
        }
    }

    private async Task<McpConnection> OpenAsync(ValueList<string> network, IReadOnlyDictionary<string, string> values)
    {
        using var patience = new CancellationTokenSource(
            TimeSpan.FromMilliseconds(server.ConnectTimeoutMs ?? McpServerSpec.DefaultConnectTimeoutMs), services.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _life.Token);
        await Task.Yield(); // Starting a process takes long for a lock.
        try
        {
            return await McpConnection.OpenAsync(server, values, network, services, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new McpUnavailableException(
                $"'{server.Describe()}' did not answer in time.", code: ErrorCodes.ConnectTimeout);
        }
    }

    // The one that was used longest ago and is not in use makes room.
    private void MakeRoom()
    {
        if (_open.Count < services.Limits.ConnectionsMax) return;
        var idle = _open.Where(one => one.Value is { IsCompletedSuccessfully: true, Result.IsInUse: false })
            .OrderBy(one => one.Value.Result.UsedAt).Select(one => one.Key).FirstOrDefault();
        if (idle is not null && _open.Remove(idle, out var closing)) _closing.Add(CloseAsync(closing));
    }

    private void Forget(string key, Task<McpConnection> opening)
    {
        lock (_gate)
            if (_open.TryGetValue(key, out var known) && known == opening)
            {
                _open.Remove(key);
                _closing.Add(CloseAsync(opening));
            }
    }

    private static async Task CloseAsync(Task<McpConnection> opening)
    {
        try
        {
            await (await opening.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception never) when (never is McpUnavailableException or OperationCanceledException)
        {
            // It was never made, and whoever waited for it was told.
        }
    }

    // A digest, so that no secret lies about as a key.
    private static string KeyOf(SkillCall call, IReadOnlyDictionary<string, string> values)
    {
        var text = new StringBuilder();
        foreach (var part in call.Network.Prepend(call.AgentId).Prepend(call.Tenant).Append("")
            .Concat(values.SelectMany(one => new[] { one.Key, one.Value })))
            text.Append(part.Length).Append(':').Append(part);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
