using Aos.EndToEnd.Tests;
using Aos.EndToEnd.Tests.Crashes;

// --crash-host ...: the process that the crash tests watch. Anything else is for the test platform.
return args is [CrashHost.Argument, ..]
    ? await CrashHost.RunAsync(args)
    : await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(
        args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
