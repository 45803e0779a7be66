using System.Net;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Http;

namespace Aos.Tests.Skills.Http;

public sealed class EgressPolicyTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("10.0.0.1")]
    [InlineData("10.255.255.255")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("100.127.255.255")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.192")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.7")]
    [InlineData("203.0.113.9")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.255")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::7f00:1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("64:ff9b:1::808:808")]
    [InlineData("100::1")]
    [InlineData("2001:0:7f00:1::1")]
    [InlineData("2001:10::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::1")]
    [InlineData("2002:808:808::1")]
    [InlineData("3fff::1")]
    [InlineData("5f00::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void A_special_address_is_reached_by_no_name_and_by_no_wildcard(string address)
    {
        var parsed = IPAddress.Parse(address);

        Assert.False(Policy("*", "evil.example", "*.example").Allows("evil.example", parsed, 80));
        Assert.True(Policy(address).Allows("evil.example", parsed, 80));
    }

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("8.8.8.8")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("126.255.255.255")]
    [InlineData("128.0.0.1")]
    [InlineData("169.253.255.255")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("192.167.255.255")]
    [InlineData("192.169.0.0")]
    [InlineData("198.17.255.255")]
    [InlineData("198.20.0.0")]
    [InlineData("223.255.255.255")]
    [InlineData("2606:4700::1111")]
    [InlineData("2a00:1450::1")]
    [InlineData("2001:4860:4860::8888")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::808:808")]
    public void A_public_address_is_reached_by_name_and_by_wildcard(string address)
    {
        var parsed = IPAddress.Parse(address);

        Assert.True(Policy("*").Allows("a.example", parsed, 443));
        Assert.True(Policy("a.example").Allows("a.example", parsed, 443));
        Assert.False(Policy("b.example").Allows("a.example", parsed, 443));
        Assert.False(Policy().Allows("a.example", parsed, 443));
    }

    [Theory]
    [InlineData("api.example.com", "api.example.com", 443, true)]
    [InlineData("API.Example.com", "api.example.com", 443, true)]
    [InlineData("api.example.com.", "api.example.com", 443, true)]
    [InlineData("bücher.example", "xn--bcher-kva.example", 443, true)]
    [InlineData("api.example.com", "xapi.example.com", 443, false)]
    [InlineData("api.example.com", "api.example.com.evil.example", 443, false)]
    [InlineData("api.example.com", "example.com", 443, false)]
    [InlineData("api.example.com:443", "api.example.com", 443, true)]
    [InlineData("api.example.com:443", "api.example.com", 8443, false)]
    [InlineData("*.example.com", "api.example.com", 443, true)]
    [InlineData("*.example.com", "a.b.example.com", 80, true)]
    [InlineData("*.example.com", "example.com", 443, false)]
    [InlineData("*.example.com", "evilexample.com", 443, false)]
    [InlineData("*.example.com:443", "api.example.com", 80, false)]
    [InlineData("*", "anything.example", 1, true)]
    [InlineData("*:443", "anything.example", 443, true)]
    [InlineData("*:443", "anything.example", 80, false)]
    [InlineData("8.8.8.8", "anything.example", 80, true)]
    [InlineData("8.8.8.8:53", "anything.example", 80, false)]
    [InlineData("8.8.8.0/24", "anything.example", 80, true)]
    [InlineData("8.8.4.0/24", "anything.example", 80, false)]
    [InlineData("8.8.8.0/24:80", "anything.example", 80, true)]
    [InlineData("8.8.8.0/24:80", "anything.example", 81, false)]
    [InlineData("::ffff:8.8.8.8", "anything.example", 80, true)]
    public void An_entry_allows_exactly_what_it_says(string entry, string host, int port, bool allowed)
    {
        Assert.Equal(allowed, Policy(entry).Allows(host, IPAddress.Parse("8.8.8.8"), port));
    }

    [Theory]
    [InlineData("[fd00::/8]:443", "fd12::1", 443, true)]
    [InlineData("[fd00::/8]:443", "fd12::1", 80, false)]
    [InlineData("fd00::/8", "fd12::1", 80, true)]
    [InlineData("fd00::/8", "fe80::1", 80, false)]
    [InlineData("[fd00::1]:8080", "fd00::1", 8080, true)]
    [InlineData("[fd00::1]", "fd00::1", 8080, true)]
    [InlineData("fd00::1", "fd00::2", 8080, false)]
    [InlineData("10.0.0.0/8", "10.9.8.7", 80, true)]
    [InlineData("10.0.0.0/8", "::ffff:10.9.8.7", 80, true)]
    [InlineData("10.0.0.0/8", "64:ff9b::a09:807", 80, false)]
    [InlineData("8.8.8.0/24", "64:ff9b::808:808", 80, true)]
    [InlineData("127.0.0.1:8080", "127.0.0.1", 8080, true)]
    [InlineData("127.0.0.1:8080", "127.0.0.1", 8081, false)]
    [InlineData("127.0.0.1", "127.0.0.2", 80, false)]
    [InlineData("localhost", "127.0.0.1", 80, true)]
    [InlineData("localhost", "127.9.9.9", 80, true)]
    [InlineData("localhost", "::1", 80, true)]
    [InlineData("localhost", "::ffff:127.0.0.1", 80, true)]
    [InlineData("localhost:8080", "127.0.0.1", 80, false)]
    [InlineData("localhost:8080", "127.0.0.1", 8080, true)]
    [InlineData("localhost", "0.0.0.0", 80, false)]
    [InlineData("localhost", "64:ff9b::7f00:1", 80, false)]
    [InlineData("localhost", "10.0.0.1", 80, false)]
    [InlineData("localhost", "8.8.8.8", 80, false)]
    [InlineData("0.0.0.0/0", "10.0.0.1", 80, true)]
    public void An_address_entry_speaks_of_addresses_under_whatever_name(
        string entry, string address, int port, bool allowed)
    {
        Assert.Equal(allowed, Policy(entry).Allows("some.example", IPAddress.Parse(address), port));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("http://example.com")]
    [InlineData("example.com/path")]
    [InlineData("example.com:")]
    [InlineData("example.com:0")]
    [InlineData("example.com:65536")]
    [InlineData("example.com:http")]
    [InlineData("example.com:+80")]
    [InlineData("a*.example.com")]
    [InlineData("*example.com")]
    [InlineData("*.*.com")]
    [InlineData("*.")]
    [InlineData("**")]
    [InlineData("user@example.com")]
    [InlineData("127.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("2130706433")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.5/8")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/")]
    [InlineData("fd00::/129")]
    [InlineData("[fd00::1")]
    [InlineData("[fd00::1]x")]
    [InlineData("[fd00::1]:")]
    [InlineData("[example.com]:80")]
    [InlineData("[10.0.0.1]:80")]
    [InlineData("fe80::1%eth0")]
    [InlineData("example.com\r\n")]
    public void Anything_else_is_refused_and_named(string entry)
    {
        Assert.False(EgressPolicy.TryParse(["good.example", entry], out var policy, out var mistake));
        Assert.Null(policy);
        Assert.Equal(entry, mistake);
    }

    [Theory]
    [InlineData("other.example", false)]
    [InlineData("host.example:81", false)]
    [InlineData("10.0.0.0/8:81", false)]
    [InlineData("host.example", true)]
    [InlineData("*", true)]
    [InlineData("10.0.0.0/8", true)]
    [InlineData("localhost", true)]
    public void Only_a_name_that_some_entry_could_allow_is_worth_looking_up(string entry, bool could)
    {
        Assert.Equal(could, Policy(entry).CouldAllow("host.example", 80));
    }

    private static EgressPolicy Policy(params ReadOnlySpan<string> entries)
    {
        Assert.True(EgressPolicy.TryParse(ValueList.Create(entries), out var policy, out _));
        return policy;
    }
}
