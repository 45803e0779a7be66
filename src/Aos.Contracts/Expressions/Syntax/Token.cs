namespace Aos.Contracts.Expressions;

internal enum TokenKind
{
    End,
    Identifier,
    QuotedIdentifier,
    Literal,
    RawString,
    Number,
    Dot,
    Star,
    Flatten,
    Filter,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    LeftParenthesis,
    RightParenthesis,
    Comma,
    Colon,
    Current,
    Reference,
    Pipe,
    Or,
    And,
    Not,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Invalid,
}

/// <summary>A piece of an expression's text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins in the text.</param>
/// <param name="End">Where it ends in the text, exclusive.</param>
internal readonly record struct Token(TokenKind Kind, int Start, int End);
