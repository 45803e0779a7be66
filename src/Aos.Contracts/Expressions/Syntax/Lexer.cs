namespace Aos.Contracts.Expressions;

/// <summary>Cuts JMESPath text into tokens, one at a time, so that nothing after the last token asked for is looked
/// at.</summary>
internal static class Lexer
{
    public static Token Next(string text, int from)
    {
        while (from < text.Length && text[from] is ' ' or '\t' or '\n' or '\r') from++;
        if (from == text.Length) return new Token(TokenKind.End, from, from);

        var follower = from + 1 < text.Length ? text[from + 1] : '\0';
        return text[from] switch
        {
            '[' when follower == ']' => Of(TokenKind.Flatten, 2),
            '[' when follower == '?' => Of(TokenKind.Filter, 2),
            '[' => Of(TokenKind.LeftBracket, 1),
            ']' => Of(TokenKind.RightBracket, 1),
            '{' => Of(TokenKind.LeftBrace, 1),
            '}' => Of(TokenKind.RightBrace, 1),
            '(' => Of(TokenKind.LeftParenthesis, 1),
            ')' => Of(TokenKind.RightParenthesis, 1),
            '.' => Of(TokenKind.Dot, 1),
            '*' => Of(TokenKind.Star, 1),
            ',' => Of(TokenKind.Comma, 1),
            ':' => Of(TokenKind.Colon, 1),
            '@' => Of(TokenKind.Current, 1),
            '&' => follower == '&' ? Of(TokenKind.And, 2) : Of(TokenKind.Reference, 1),
            '|' => follower == '|' ? Of(TokenKind.Or, 2) : Of(TokenKind.Pipe, 1),
            '!' => follower == '=' ? Of(TokenKind.NotEqual, 2) : Of(TokenKind.Not, 1),
            '<' => follower == '=' ? Of(TokenKind.LessOrEqual, 2) : Of(TokenKind.Less, 1),
            '>' => follower == '=' ? Of(TokenKind.GreaterOrEqual, 2) : Of(TokenKind.Greater, 1),
            '=' when follower == '=' => Of(TokenKind.Equal, 2),
            '"' => Delimited(TokenKind.QuotedIdentifier),
            '\'' => Delimited(TokenKind.RawString),
            '`' => Delimited(TokenKind.Literal),
            '-' when char.IsAsciiDigit(follower) => Number(),
            >= '0' and <= '9' => Number(),
            '_' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') => Identifier(),
            _ => Of(TokenKind.Invalid, 1),
        };

        Token Of(TokenKind kind, int length) => new(kind, from, from + length);

        // A backslash takes the next character with it, whatever that is, so an escaped delimiter does not end the
        // token.
        Token Delimited(TokenKind kind)
        {
            for (var at = from + 1; at < text.Length; at++)
            {
                if (text[at] == text[from]) return new Token(kind, from, at + 1);
                if (text[at] == '\\') at++;
            }

            return new Token(TokenKind.Invalid, from, text.Length);
        }

        Token Number()
        {
            var end = from + 1;
            while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
            return new Token(TokenKind.Number, from, end);
        }

        Token Identifier()
        {
            var end = from + 1;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')) end++;
            return new Token(TokenKind.Identifier, from, end);
        }
    }
}
