using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Server.Hosting;
using Aos.Server.Settings;

namespace Aos.Server;

/// <summary><c>aos serve</c>: from arguments to an exit code.</summary>
internal static class Serve
{
    private const int Failed = 1;
    private const int Usage = 2;

    public static async Task<int> RunAsync(
        string[] args, Func<string, string?> environment, TextWriter output, TextWriter error, CancellationToken cancel)
    {
        var read = Arguments.Read(args, environment);
        if (read.Help)
        {
            Arguments.WriteHelp(output);
            return 0;
        }
        var (settings, problems) = read.Problems.Count > 0 ? (null, read.Problems)
            : SettingsReader.Read(read.Data!, read.File, environment, read.Flags) is var (found, mistakes)
            ? (found, mistakes) : default;
        if (problems.Count > 0) return Refuse(read.Json, problems, output, error);
        try
        {
            if (read.IsMcp)
            {
                await Mcp.McpStdio.RunAsync(settings!, read.Profile, read.AsksOwner, cancel).ConfigureAwait(false);
                return 0;
            }
            var server = await RunningServer.StartAsync(settings!, TimeProvider.System, cancel).ConfigureAwait(false);
            await using var _ = server.ConfigureAwait(false);
            if (await WelcomeAsync(server, error, cancel).ConfigureAwait(false) is { } why)
                return Refuse(read.Json, [why], output, error);
            await server.WaitAsync(cancel).ConfigureAwait(false);
            return server.Parts.Runtime.Failure is { } failure
                ? Fail(read.Json, failure.Code, failure.Message ?? "", output, error) : 0;
        }
        catch (Exception failure) when (failure is StoreException or IOException or System.Net.Sockets.SocketException)
        {
            // What is no failure of the store is one of what the server was told: an address, a file, a key that is
            // missing.
            return failure is StoreException store
                ? Fail(read.Json, store.Code, store.Message, output, error)
                : Refuse(read.Json, [new Problem("", ErrorCodes.InvalidArgument, failure.Message)], output, error);
        }
    }

    // A store without keys gets its first one on loopback only: whoever can read this machine's terminal owns the
    // store.
    private static async Task<Problem?> WelcomeAsync(RunningServer server, TextWriter error, CancellationToken cancel)
    {
        var (parts, settings) = (server.Parts, server.Parts.Settings);
        var hasKeys = await parts.Keys.AnyAsync(cancel).ConfigureAwait(false);
        foreach (var address in server.Addresses)
            await error.WriteLineAsync($"aos: listening on {address}").ConfigureAwait(false);
        if (hasKeys && !settings.NewAdminKey) return null;
        var made = await parts.Keys.CreateAsync(
            new ApiKeySubmission { Name = "administrator", Roles = ["admin"] }, settings.Tenant, "aos serve", cancel)
                .ConfigureAwait(false);
        await parts.Audit.AddAsync(settings.Tenant, "aos serve", "create_key", made.Info.KeyId, ErrorCodes.Ok, cancel)
            .ConfigureAwait(false);
        await error.WriteLineAsync($"""
            aos: this is the key of an administrator. It is shown this once:

                {made.Key}

            aos: to use it:  export AOS_SERVER={server.Addresses[0]} AOS_API_KEY={made.Key}
                             curl -H "Authorization: Bearer $AOS_API_KEY" $AOS_SERVER/v1/runs
            """).ConfigureAwait(false);
        return null;
    }

    private static int Refuse(bool json, IReadOnlyList<Problem> problems, TextWriter output, TextWriter error)
    {
        var outcome = Describe(ErrorCodes.InvalidArgument, problems.Count == 1 ? problems[0].Message
            : $"The configuration has {problems.Count} mistakes.", problems);
        if (json) output.WriteLine(System.Text.Encoding.UTF8.GetString(AosJson.Write(outcome)));
        else
        {
            error.WriteLine($"aos: the server was not started: {outcome.Message}");
            if (problems.Count > 1)
                foreach (var problem in problems) error.WriteLine($"  {problem.Message}");
            error.WriteLine("aos: `aos serve -- --help` lists the settings");
        }
        return Usage;
    }

    private static int Fail(bool json, ErrorCode code, string message, TextWriter output, TextWriter error)
    {
        if (json) output.WriteLine(System.Text.Encoding.UTF8.GetString(AosJson.Write(Describe(code, message, []))));
        else error.WriteLine($"aos: {code}: {message}");
        return Failed;
    }

    private static StructuredOutcome Describe(ErrorCode code, string message, IReadOnlyList<Problem> problems) => new()
    {
        Status = OutcomeStatus.Failure,
        Code = code,
        Message = message,
        Failure =
            RunReporter.Explain(FailureIndex.BuiltIn, code, returned: null) with { Details = ValueList.From(problems) },
        Timestamp = TimeProvider.System.GetUtcNow(),
    };
}
