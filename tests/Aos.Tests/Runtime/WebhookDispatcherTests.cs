using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Aos.Abstractions.Secrets;
using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Secrets;
using Aos.Contracts.Values;
using Aos.Runtime.Webhooks;
using Aos.Testing.Storage;
using Aos.Tests.Runtime.Bench;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aos.Tests.Runtime;

/// <summary>What is sent to addresses, by which secrets, and when.</summary>
public sealed class WebhookDispatcherTests
{
    private static readonly WebhookSubmission Wanted = new() { Url = "https://example.com/hook" };

    private readonly TestClock _time = new();
    private readonly Recorder _sender = new();
    private readonly Named _named = new();
    private readonly WebhookShelf _shelf;
    private readonly WebhookDispatcher _dispatcher;
    private int _made;

    public WebhookDispatcherTests()
    {
        _shelf = new WebhookShelf(new MemoryStore(new MemoryStoreState()), _time);
        _dispatcher =
            new WebhookDispatcher(_shelf, _sender, [_named], "local", _time, new WebhookOptions(), NullLogger.Instance);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Secrets_that_were_replaced_sign_beside_the_new_one_until_their_time_is_over()
    {
        var first = (await _shelf.CreateAsync(Wanted, "local", "test", Cancel))!;
        var id = first.Info.WebhookId;
        AssertSigned([first.Secret!], await SendAsync());
        Assert.Null(first.Info.PreviousSecretUntil);

        var second = await RotateAsync(id, minutes: 60);
        Assert.Equal(_time.GetUtcNow().AddMinutes(60), second.Info.PreviousSecretUntil);
        AssertSigned([second.Secret!, first.Secret!], await SendAsync());

        _time.Advance(TimeSpan.FromMinutes(30));
        var third = await RotateAsync(id, minutes: 60);
        AssertSigned([third.Secret!, second.Secret!, first.Secret!], await SendAsync());
        // The first was given an hour, of which half is over; the second was given one now.
        _time.Advance(TimeSpan.FromMinutes(30));
        AssertSigned([third.Secret!, second.Secret!], await SendAsync());
        _time.Advance(TimeSpan.FromMinutes(30));
        AssertSigned([third.Secret!], await SendAsync());
        Assert.Null((await _shelf.FindAsync("local", id, Cancel))!.PreviousSecretUntil);
    }

    [Fact]
    public async Task Without_an_overlap_every_secret_before_the_new_one_ends_at_once()
    {
        var id = (await _shelf.CreateAsync(Wanted, "local", "test", Cancel))!.Info.WebhookId;
        await RotateAsync(id, minutes: 60);
        var last = await RotateAsync(id, minutes: 0);
        AssertSigned([last.Secret!], await SendAsync());
        Assert.Null(last.Info.PreviousSecretUntil);
    }

    [Fact]
    public async Task A_new_overlap_that_is_shorter_shortens_those_before_and_five_secrets_sign_at_most()
    {
        var id = (await _shelf.CreateAsync(Wanted, "local", "test", Cancel))!.Info.WebhookId;
        await RotateAsync(id, minutes: 600);
        Assert.Equal(_time.GetUtcNow().AddMinutes(5), (await RotateAsync(id, minutes: 5)).Info.PreviousSecretUntil);
        await RotateAsync(id, minutes: 5);
        await RotateAsync(id, minutes: 5);
        var (made, refusal) = await _shelf.RotateAsync("local", id, TimeSpan.FromMinutes(5), Cancel);
        Assert.Null(made);
        Assert.Contains("5 secrets", refusal, StringComparison.Ordinal);
        Assert.Equal(5, (await SendAsync()).Signature.Split(' ').Length);
        await RotateAsync(id, minutes: 0);
    }

    [Fact]
    public async Task Nobody_replaces_a_secret_of_another_tenant_or_one_that_the_server_has_by_name()
    {
        var named =
            (await _shelf.CreateAsync(Wanted with { SecretName = "HOOK" }, "local", "test", Cancel))!.Info.WebhookId;
        Assert.Contains(
            "'HOOK'", (await _shelf.RotateAsync("local", named, TimeSpan.Zero, Cancel)).Refusal,
            StringComparison.Ordinal);
        Assert.Equal((null, null), await _shelf.RotateAsync("other", named, TimeSpan.Zero, Cancel));
        Assert.Equal((null, null), await _shelf.RotateAsync("local", "wh_0000000000000000", TimeSpan.Zero, Cancel));
    }

    [Fact]
    public async Task Of_several_values_of_a_named_secret_each_signs()
    {
        await _shelf.CreateAsync(Wanted with { SecretName = "HOOK" }, "local", "test", Cancel);
        _named.Value = "whsec_AAECAwQFBgcICQ==\n whsec_AQIDBAUGBwgJCg==";
        AssertSigned(["whsec_AAECAwQFBgcICQ==", "whsec_AQIDBAUGBwgJCg=="], await SendAsync());
        // Any other text is one secret, also one with spaces.
        _named.Value = "two words";
        var sent = await SendAsync();
        Assert.Equal("v1," + Convert.ToBase64String(HMACSHA256.HashData("two words"u8, Signed(sent))), sent.Signature);
    }

    [Fact]
    public async Task A_message_that_fails_comes_again_as_the_kernel_says_and_in_the_end_no_more()
    {
        var webhook = (await _shelf.CreateAsync(Wanted, "local", "test", Cancel))!.Info;
        _sender.Answer = new WebhookAnswer(503);
        var first = await SendAsync();
        for (var tries = 2; tries <= 12; tries++)
        {
            var next = Assert.Single(await _shelf.DeliveriesAsync(webhook, dead: false, null, 10, Cancel));
            Assert.Equal((tries - 1, "status 503"), (next.Attempts, next.LastResult));
            _time.Advance(next.NextAt!.Value - _time.GetUtcNow());
            Assert.Equal(first.MessageId, (await TickAsync())!.MessageId);
        }
        Assert.Equal(12, Assert.Single(await _shelf.DeliveriesAsync(webhook, dead: true, null, 10, Cancel)).Attempts);
        _time.Advance(TimeSpan.FromDays(30));
        Assert.Null(await TickAsync());
    }

    private async Task<NewWebhook> RotateAsync(string id, int minutes) =>
        (await _shelf.RotateAsync("local", id, TimeSpan.FromMinutes(minutes), Cancel)).Made!;

    /// <summary>Something happens, and is told.</summary>
    private async Task<WebhookRequest> SendAsync()
    {
        var message = new WebhookMessage
        {
            Type = "run.completed",
            Timestamp = _time.GetUtcNow(),
            Data = new WebhookData
            {
                Tenant = "local",
                RunId = RunId.Parse("run_00000001"),
                AgentId = "tester",
                Seq = ++_made,
                Status = RunStatus.Completed,
                Code = ErrorCodes.Ok,
            },
        };
        await _shelf.PutAsync(RunNotices.Kind, $"msg_{_made}", AosJson.Write(message), 0, Cancel);
        return (await TickAsync())!;
    }

    private async Task<WebhookRequest?> TickAsync()
    {
        _sender.Sent.Clear();
        await _dispatcher.TickAsync(Cancel);
        await _dispatcher.WhenIdleAsync();
        return _sender.Sent.SingleOrDefault();
    }

    private static byte[] Signed(WebhookRequest sent) =>
        [.. Encoding.UTF8.GetBytes($"{sent.MessageId}.{sent.At.ToUnixTimeSeconds()}."), .. sent.Body.Span];

    // As the specification says it, written apart from the code that signs.
    private static void AssertSigned(string[] secrets, WebhookRequest sent) => Assert.Equal(
        secrets.Select(secret => "v1," + Convert.ToBase64String(
            HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Signed(sent)))),
        sent.Signature.Split(' '));

    private sealed class Recorder : IWebhookSender
    {
        public ConcurrentQueue<WebhookRequest> Sent { get; } = new();

        public WebhookAnswer Answer { get; set; } = new(200);

        public ValueTask<WebhookAnswer> SendAsync(WebhookRequest request, CancellationToken cancel)
        {
            Sent.Enqueue(request);
            return ValueTask.FromResult(Answer);
        }
    }

    private sealed class Named : ISecretProvider
    {
        public string Value { get; set; } = "";

        public string Describe(SecretName name) => "here";

        public ValueTask<SecretFinding> FindAsync(SecretName name, CancellationToken cancel) =>
            ValueTask.FromResult(SecretFinding.Of(Value));
    }
}
