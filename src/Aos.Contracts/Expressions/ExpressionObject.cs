namespace Aos.Contracts.Expressions;

/// <summary>An object whose members are found on demand, so that a scope needs no JSON document.
/// Implementations are pure: the same name gives the same value during one evaluation, and nothing is thrown.</summary>
public abstract class ExpressionObject
{
    /// <summary>Finds a member.</summary>
    /// <returns>False when there is no such member; an expression then reads null.</returns>
    public abstract bool TryGetMember(string name, out ExpressionValue value);

    /// <summary>The names of all members, each once, in an order that is the same on every machine.</summary>
    public abstract IEnumerable<string> MemberNames { get; }
}
