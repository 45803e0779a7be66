using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aos.Contracts.Runs;
using Aos.Skills.Standard.Http;

namespace Aos.Tests.Skills.Http;

/// <summary>Real TLS servers with certificates of every kind.</summary>
public sealed class HttpCallTlsTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Theory]
    [InlineData("good", "")]
    [InlineData("expired", "TLS_EXPIRED")]
    [InlineData("not yet valid", "TLS_EXPIRED")]
    [InlineData("wrong host", "TLS_WRONG_HOST")]
    [InlineData("wrong host and expired", "TLS_WRONG_HOST")]
    [InlineData("untrusted", "TLS_UNTRUSTED")]
    [InlineData("untrusted and expired", "TLS_UNTRUSTED")]
    [InlineData("untrusted and wrong host", "TLS_UNTRUSTED")]
    public async Task A_certificate_that_is_not_good_has_its_code_and_nothing_is_sent(string kind, string code)
    {
        using var root = Root("root");
        using var stranger = Root("stranger");
        var (from, to) = kind.Contains("expired", StringComparison.Ordinal) ? (Now.AddDays(-20), Now.AddDays(-10))
            : kind == "not yet valid" ? (Now.AddDays(10), Now.AddDays(20)) : (Now.AddDays(-10), Now.AddDays(10));
        using var certificate = Leaf(kind.Contains("untrusted", StringComparison.Ordinal) ? stranger : root,
            kind.Contains("wrong host", StringComparison.Ordinal) ? "other.example" : "good.example", from, to);
        var reached = 0;
        await using var server = await WebServer.StartAsync(_ =>
        {
            Interlocked.Increment(ref reached);
            return Task.CompletedTask;
        }, certificate);
        using var trusted = X509CertificateLoader.LoadCertificate(root.RawData);
        using var harness = new HttpCallHarness(new HttpLimits { TrustedRoots = [trusted] });
        harness.Resolver.Answer("good.example", ["127.0.0.1"]);

        var result = await harness.CallAsync(
            $$"""{"url":"https://good.example:{{server.Port}}/","method":"POST","body":"x"}""", "localhost");

        Assert.Equal((code.Length == 0 ? "OK" : code, code.Length == 0 ? 1 : 0), (result.Code.Value, reached));
        if (code.Length > 0) Assert.Equal((EffectState.None, 0), (result.Effect, result.SideEffects.Count));
    }

    [Fact]
    public async Task A_server_that_does_not_speak_tls_has_the_code_of_the_rest()
    {
        await using var server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using var harness = new HttpCallHarness(new HttpLimits { ConnectTimeout = TimeSpan.FromSeconds(2) });

        var result = await harness.GetAsync($"https://127.0.0.1:{server.Port}/", "localhost");

        // It waits for a request that never comes, or answers with something that is no handshake.
        Assert.Contains(result.Code.Value, new[] { "TLS_FAILED", "CONNECT_TIMEOUT" });
    }

    [Fact]
    public void A_server_without_a_certificate_is_not_trusted()
    {
        var refused = Assert.Throws<CertificateRefusedException>(() =>
            CertificateRefusedException.Judge(this, null, null, SslPolicyErrors.RemoteCertificateNotAvailable));

        Assert.Equal("TLS_UNTRUSTED", refused.Code.Value);
    }

    private static X509Certificate2 Root(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(1));
    }

    private static X509Certificate2 Leaf(X509Certificate2 issuer, string host, DateTimeOffset from, DateTimeOffset to)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(issuer, from, to, RandomNumberGenerator.GetBytes(8));
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
