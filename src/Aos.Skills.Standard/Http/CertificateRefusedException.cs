using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.Http;

/// <summary>The certificate of the other side is not good, and why.</summary>
internal sealed class CertificateRefusedException : AuthenticationException
{
    private CertificateRefusedException(ErrorCode code, string refusal, string cause) : base(cause) =>
        (Code, Refusal) = (code, refusal);

    /// <summary><c>TLS_UNTRUSTED</c>, <c>TLS_WRONG_HOST</c> or <c>TLS_EXPIRED</c>.</summary>
    public ErrorCode Code { get; }

    /// <summary>What is wrong, as the end of a sentence about the certificate.</summary>
    public string Refusal { get; }

    /// <summary>Judges a certificate for the framework: true, or this exception. A plain false would lose the
    /// reason.</summary>
    public static bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        errors == SslPolicyErrors.None || Refuse(chain, errors);

    private static bool Refuse(X509Chain? chain, SslPolicyErrors errors)
    {
        var flags = X509ChainStatusFlags.NoError;
        foreach (var status in chain?.ChainStatus ?? []) flags |= status.Status;
        var cause = flags == X509ChainStatusFlags.NoError ? errors.ToString() : $"{errors}: {flags}";
        // Where nobody vouches for a certificate, what it says of its name and its time says nothing.
        const X509ChainStatusFlags time = X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.NotTimeNested;
        var isThere = !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable);
        if (!isThere || (flags & ~time) != X509ChainStatusFlags.NoError)
            throw new CertificateRefusedException(
                ErrorCodes.TlsUntrusted, "is vouched for by nobody that is trusted here", cause);
        throw errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? new CertificateRefusedException(ErrorCodes.TlsWrongHost, "is for another host", cause)
            : new CertificateRefusedException(ErrorCodes.TlsExpired, "has expired, or does not hold yet", cause);
    }
}
