using System.CommandLine;
using Aos.Cli.Invocation;

namespace Aos.Cli.Commands;

/// <summary><c>aos completion</c>: a script that asks <see cref="CompleteCommand"/> at each tab.</summary>
internal sealed class CompletionCommand : CliCommand
{
    private const string Bash = """
        # bash completion of aos; to load it: source <(aos completion bash)
        _aos() {
          local IFS=$'\n'
          COMPREPLY=($(aos __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null))
        }
        complete -o default -F _aos aos
        """;

    private const string Zsh = """
        #compdef aos
        # zsh completion of aos; to load it: source <(aos completion zsh)
        _aos() {
          local -a found
          found=("${(@f)$(aos __complete -- "${(@)words[2,CURRENT]}" 2> /dev/null)}")
          compadd -a found
          _files
        }
        compdef _aos aos
        """;

    private const string Fish = """
        # fish completion of aos; to load it: aos completion fish | source
        function __aos_complete
          set -l words (commandline -opc) (commandline -ct)
          aos __complete -- $words[2..-1] 2> /dev/null
        end
        complete -c aos -a '(__aos_complete)'
        """;

    private readonly Argument<string> _shell =
        new("shell") { Description = "bash, zsh or fish", HelpName = "bash|zsh|fish" };

    public CompletionCommand() : base("completion", "Print a script that completes aos in a shell")
    {
        Reach = CommandReach.Nothing;
        Add(_shell);
        _shell.CompletionSources.Add("bash", "zsh", "fish");
        Examples =
        [
            ("source <(aos completion bash)", "in ~/.bashrc"),
            ("aos completion fish | source", "in ~/.config/fish/config.fish"),
        ];
    }

    public override Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        var shell = session.Value(_shell);
        session.Screen.Out.WriteLine(shell switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            "fish" => Fish,
            _ => throw Refusal.Argument($"There is no completion for '{shell}'; there is for bash, zsh and fish."),
        });
        return Task.FromResult(ExitCodes.Ok);
    }
}
