using System.Text;
using Aos.Abstractions.Skills;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Tests.Skills.Attributes;

// <example>
internal sealed class MoveFile : ISkill
{
    public SkillContract Contract { get; } = new()
    {
        Name = SkillName.Parse("move_file"),
        Version = SkillVersion.Parse("1.0.0"),
        Description = "Moves a file within the workspace.",
        InputSchema = Json("""
            { "type": "object", "required": ["from", "to"], "additionalProperties": false,
              "properties": { "from": { "type": "string" }, "to": { "type": "string" }, "dry_run": { "type": "boolean" } } }
            """),
        OutputSchema =
            Json("""{ "type": "object", "required": ["moved"], "properties": { "moved": { "type": "boolean" } } }"""),
        // A dry run only looks; a move cannot be repeated once the file is gone.
        Effect = new EffectRule
        {
            Default = EffectClass.Once,
            Cases = [new EffectCase { Member = "dry_run", Values = [Json("true")], Effect = EffectClass.Read }],
        },
        FailureModes = [new FailureMode { Code = ErrorCode.Parse("FILE_MISSING"), When = "there is nothing to move" }],
        Permissions = ["workspace"],
        SideEffects = [new SideEffectDeclaration { Type = "file_moved", Reversible = true }],
    };

    public ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel)
    {
        var input = call.Input.Element;
        var (from, to) = (input.GetProperty("from").GetString()!, input.GetProperty("to").GetString()!);
        var isDryRun = input.TryGetProperty("dry_run", out var flag) && flag.GetBoolean();
        var source = Path.Combine(call.Workspace ?? "", Path.GetFileName(from));
        if (call.Workspace is null || !File.Exists(source))
            return ValueTask.FromResult(SkillResult.Failure(
                ErrorCode.Parse("FILE_MISSING"), $"There is no file '{from}' in the workspace.", EffectState.None));
        if (isDryRun) return ValueTask.FromResult(SkillResult.Success(Json("""{"moved":false}""")));
        File.Move(source, Path.Combine(call.Workspace, Path.GetFileName(to)));
        return ValueTask.FromResult(SkillResult.Success(Json("""{"moved":true}""")) with
        {
            SideEffects = [new SideEffect { Type = "file_moved", Target = $"{from} -> {to}", Reversible = true }],
        });
    }

    private static Payload Json(string text) => Payload.FromUtf8(Encoding.UTF8.GetBytes(text));
}
// </example>
