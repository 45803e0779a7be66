using Aos.Server;

return await Serve.RunAsync(
    args, Environment.GetEnvironmentVariable, Console.Out, Console.Error, CancellationToken.None).ConfigureAwait(false);
