namespace Aos.Contracts.Expressions;

/// <summary>Parses JMESPath by operator precedence. After the first mistake every token reads as the end, so that all
/// loops stop and only that mistake is reported.</summary>
internal sealed class Parser
{
    public const int LengthMax = 8 * 1024;
    public const int NestingMax = 128;

    private const int PipePower = 1;
    private const int OrPower = 2;
    private const int AndPower = 3;
    private const int ComparisonPower = 5;
    private const int FlattenPower = 9;
    private const int ProjectionStop = 10; // An operator that binds less ends what a projection applies to each item.
    private const int ProjectionPower = 20;
    private const int FilterPower = 21;
    private const int DotPower = 40;
    private const int NotPower = 6; // !a.b is !(a.b). Other implementations read (!a).b, which is null whatever a is.
    private const int BracketPower = 55;

    private const string BadName = "The quoted name is not a JSON string.";

    private readonly string _text;
    private readonly int _start;
    private Token _token;
    private int _nesting;

    public Parser(string text, int start)
    {
        _text = text;
        _start = start;
        _token = new Token(TokenKind.End, start, start);
        Advance();
    }

    public ExpressionError? Error { get; private set; }

    /// <summary>Parses up to a token of the kind that ends the expression.</summary>
    /// <returns>The expression, to be used only if there is no error, and where the ending token begins.</returns>
    public (Node Node, int End) Parse(TokenKind ending)
    {
        var node = ParseExpression(0);
        var end = _token.Start;
        if (_token.Kind != ending) FailUnexpected();
        return (node, end);
    }

    private Node ParseExpression(int power)
    {
        if (++_nesting > NestingMax) Fail(_token.Start, $"The expression nests deeper than {NestingMax} levels.");
        var node = ParseInfixes(ParsePrefix(), power);
        _nesting--;
        return node;
    }

    private Node ParseInfixes(Node left, int power)
    {
        while (power < PowerOf(_token.Kind))
        {
            left = ParseInfix(left);
            if (left.Depth > NestingMax) Fail(left.Position, $"The expression nests deeper than {NestingMax} levels.");
        }

        return left;
    }

    private static int PowerOf(TokenKind kind) => kind switch
    {
        TokenKind.Pipe => PipePower,
        TokenKind.Or => OrPower,
        TokenKind.And => AndPower,
        >= TokenKind.Equal and <= TokenKind.GreaterOrEqual => ComparisonPower,
        TokenKind.Flatten => FlattenPower,
        TokenKind.Filter => FilterPower,
        TokenKind.Dot => DotPower,
        TokenKind.LeftBracket => BracketPower,
        _ => 0,
    };

    private Node ParsePrefix()
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.Identifier:
                Advance();
                return _token.Kind == TokenKind.LeftParenthesis
                    ? ParseCall(token) : new FieldNode(Lexeme(token).ToString(), token.Start);
            case TokenKind.QuotedIdentifier or TokenKind.Literal or TokenKind.RawString:
                Advance();
                return ParseQuoted(token);
            case TokenKind.Current:
                Advance();
                return new CurrentNode(token.Start);
            case TokenKind.Not:
                Advance();
                return new NotNode(ParseExpression(NotPower), token.Start);
            case TokenKind.LeftParenthesis:
                Advance();
                var inner = ParseExpression(0);
                Expect(TokenKind.RightParenthesis);
                return inner;
            case TokenKind.LeftBrace:
                return ParseObjectSelect();
            case TokenKind.Star:
                return ParseValueProjection(new CurrentNode(token.Start));
            case TokenKind.LeftBracket when !StartsBracketSpecifier():
                return ParseListSelect();
            case TokenKind.LeftBracket or TokenKind.Filter or TokenKind.Flatten:
                return ParseInfix(new CurrentNode(token.Start));
            default:
                return FailUnexpected();
        }
    }

    private Node ParseInfix(Node left)
    {
        var token = _token;
        if (token.Kind == TokenKind.LeftBracket) return ParseBracketSpecifier(left);
        Advance();
        switch (token.Kind)
        {
            case TokenKind.Dot:
                return _token.Kind == TokenKind.Star
                    ? ParseValueProjection(left) : Chain(left, ParseDotRight(DotPower));
            case TokenKind.Pipe:
                return Chain(left, ParseExpression(PipePower));
            case TokenKind.Or or TokenKind.And:
                return ParseLogic(left, token.Kind == TokenKind.Or);
            case TokenKind.Filter:
                var condition = ParseExpression(0);
                Expect(TokenKind.RightBracket);
                return new FilterNode(left, condition, ParseProjectionRight(ProjectionPower), token.Start);
            case TokenKind.Flatten:
                return new FlattenNode(left, ParseProjectionRight(FlattenPower), token.Start);
            default:
                var comparison = (Comparison)(token.Kind - TokenKind.Equal);
                return new ComparisonNode(comparison, left, ParseExpression(ComparisonPower), token.Start);
        }
    }

    private LogicNode ParseLogic(Node left, bool decider)
    {
        if (left is not LogicNode logic || logic.Decider != decider) logic = new LogicNode(decider, left);
        logic.Append(ParseExpression(decider ? OrPower : AndPower));
        return logic;
    }

    private static Node Chain(Node left, Node right)
    {
        if (left is CurrentNode) return right;
        if (left is not ChainNode chain) return new ChainNode(left, right);
        chain.Append(right);
        return chain;
    }

    private ValueProjectionNode ParseValueProjection(Node left)
    {
        var position = _token.Start;
        Advance();
        return new ValueProjectionNode(left, ParseProjectionRight(ProjectionPower), position);
    }

    private Node ParseProjectionRight(int power)
    {
        if (PowerOf(_token.Kind) < ProjectionStop) return new CurrentNode(_token.Start);
        if (_token.Kind != TokenKind.Dot) return ParseNested(power);
        Advance();
        return ParseDotRight(power);
    }

    // A bracket directly after a projection applies to each item. It cannot begin a multi-select list there.
    private Node ParseNested(int power)
    {
        if (++_nesting > NestingMax) Fail(_token.Start, $"The expression nests deeper than {NestingMax} levels.");
        var node = ParseInfixes(ParseInfix(new CurrentNode(_token.Start)), power);
        _nesting--;
        return node;
    }

    private Node ParseDotRight(int power) => _token.Kind switch
    {
        TokenKind.Identifier or TokenKind.QuotedIdentifier or TokenKind.Star => ParseExpression(power),
        TokenKind.LeftBracket => ParseListSelect(),
        TokenKind.LeftBrace => ParseObjectSelect(),
        _ => FailUnexpected(),
    };

    private bool StartsBracketSpecifier()
    {
        var inner = Lexer.Next(_text, _token.End);
        return inner.Kind is TokenKind.Number or TokenKind.Colon
            || (inner.Kind == TokenKind.Star && Lexer.Next(_text, inner.End).Kind == TokenKind.RightBracket);
    }

    private Node ParseBracketSpecifier(Node left)
    {
        var position = _token.Start;
        Advance();
        if (_token.Kind == TokenKind.Star)
        {
            Advance();
            Expect(TokenKind.RightBracket);
            return new ListProjectionNode(left, ParseProjectionRight(ProjectionPower), position);
        }

        var start = ParseOptionalNumber();
        if (_token.Kind == TokenKind.Colon) return ParseSlice(left, start, position);
        if (start is null) return FailUnexpected();
        Expect(TokenKind.RightBracket);
        return Chain(left, new IndexNode(start.Value, position));
    }

    private Node ParseSlice(Node left, int? start, int position)
    {
        Advance();
        var stop = ParseOptionalNumber();
        int? step = null;
        if (_token.Kind == TokenKind.Colon)
        {
            Advance();
            step = ParseOptionalNumber();
        }

        Expect(TokenKind.RightBracket);
        if (step == 0) return Fail(position, "The step of a slice cannot be 0.", ExpressionErrorKind.InvalidValue);
        return new SliceNode(left, ParseProjectionRight(ProjectionPower), new Slice(start, stop, step ?? 1), position);
    }

    private int? ParseOptionalNumber()
    {
        if (_token.Kind != TokenKind.Number) return null;
        if (!int.TryParse(Lexeme(_token), out var number)) Fail(_token.Start, "The number is too large for an index.");
        Advance();
        return number;
    }

    private ListSelectNode ParseListSelect()
    {
        var position = _token.Start;
        var items = new List<Node>();
        do
        {
            Advance();
            items.Add(ParseExpression(0));
        }
        while (_token.Kind == TokenKind.Comma);

        Expect(TokenKind.RightBracket);
        return new ListSelectNode(items, position);
    }

    private ObjectSelectNode ParseObjectSelect()
    {
        var position = _token.Start;
        var members = new List<KeyValuePair<string, Node>>();
        do
        {
            Advance();
            var name = ParseMemberName();
            Expect(TokenKind.Colon);
            members.Add(new(name, ParseExpression(0)));
        }
        while (_token.Kind == TokenKind.Comma);

        Expect(TokenKind.RightBrace);
        return new ObjectSelectNode(members, position);
    }

    private string ParseMemberName()
    {
        var token = _token;
        string? name = null;
        if (token.Kind == TokenKind.Identifier) name = Lexeme(token).ToString();
        else if (token.Kind != TokenKind.QuotedIdentifier) FailUnexpected();
        else if (!Lexemes.TryReadName(Lexeme(token), out name)) Fail(token.Start, BadName);
        Advance();
        return name ?? "";
    }

    private Node ParseQuoted(Token token)
    {
        var value = ExpressionValue.Null;
        switch (token.Kind)
        {
            case TokenKind.QuotedIdentifier:
                if (!Lexemes.TryReadName(Lexeme(token), out var name)) return Fail(token.Start, BadName);
                return new FieldNode(name, token.Start);
            case TokenKind.Literal when !Lexemes.TryReadLiteral(Lexeme(token), out value):
                return Fail(token.Start, "The literal between backticks is not JSON.");
            case TokenKind.RawString when !Lexemes.TryReadRawString(Lexeme(token), out value):
                return Fail(token.Start, "The string holds half of a surrogate pair.");
            default:
                return new LiteralNode(value, token.Start);
        }
    }

    private Node ParseCall(Token nameToken)
    {
        Advance();
        var arguments = new List<Argument>();
        while (_token.Kind != TokenKind.RightParenthesis && Error is null)
        {
            var isReference = _token.Kind == TokenKind.Reference;
            if (isReference) Advance();
            arguments.Add(new Argument(ParseExpression(0), isReference));
            if (_token.Kind != TokenKind.Comma) break;
            Advance();
            if (_token.Kind == TokenKind.RightParenthesis) return FailUnexpected();
        }

        Expect(TokenKind.RightParenthesis);
        if (Error is not null) return new CurrentNode(nameToken.Start);
        if (Functions.Check(Lexeme(nameToken).ToString(), arguments, out var function) is { } mistake)
            return Fail(nameToken.Start, mistake.Message, mistake.Kind);
        return new CallNode(function!, arguments, nameToken.Start);
    }

    private ReadOnlySpan<char> Lexeme(Token token) => _text.AsSpan(token.Start, token.End - token.Start);

    private void Advance()
    {
        if (Error is not null) return;
        _token = Lexer.Next(_text, _token.End);
        if (_token.End - _start > LengthMax)
            Fail(_token.Start, $"The expression is longer than {LengthMax} characters.");
        else if (_token.Kind == TokenKind.Invalid)
            FailUnexpected();
    }

    private void Expect(TokenKind kind)
    {
        if (_token.Kind == kind) Advance();
        else FailUnexpected();
    }

    private CurrentNode FailUnexpected() => Fail(_token.Start, _token.Kind switch
    {
        TokenKind.End => "The expression ends too early.",
        TokenKind.Invalid when _text[_token.Start] is '"' or '\'' or '`' =>
            $"The {_text[_token.Start]} is never closed.",
        _ when char.IsAscii(_text[_token.Start]) => $"The character '{_text[_token.Start]}' cannot stand here.",
        _ => $"The character U+{(int)_text[_token.Start]:X4} cannot stand here.",
    });

    private CurrentNode Fail(int position, string message, ExpressionErrorKind kind = ExpressionErrorKind.Syntax)
    {
        Error ??= new ExpressionError(kind, message, position);
        _token = new Token(TokenKind.End, position, position);
        return new CurrentNode(position);
    }
}
