using System.Text.Json;
using Aos.Contracts.Schemas.Loading;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary>A compiled subschema. Written by the compiler only; read by any number of threads afterwards.</summary>
internal sealed class SchemaNode(SchemaPlace place)
{
    private Keyword[] _keywords = [];
    private bool _needsSeen;

    public SchemaPlace Place { get; } = place;

    /// <summary>Absolute URI of this subschema.</summary>
    public string Location => Place.Resource.Uri + UriText.Fragment(Place.Pointer[Place.Resource.Pointer.Length..]);

    public IReadOnlyList<Keyword> Keywords => _keywords;

    public void Complete(List<Keyword> keywords)
    {
        _keywords = [.. keywords.Where(keyword => !keyword.IsLast), .. keywords.Where(keyword => keyword.IsLast)];
        _needsSeen = keywords.Exists(keyword => keyword.IsLast);
    }

    /// <summary>Judges an instance at a location of its own, or where nobody asks what was evaluated.</summary>
    public bool Evaluate(JsonElement instance, Evaluation run)
    {
        var seen = default(Seen);
        return Evaluate(instance, ref seen, run);
    }

    /// <summary>Judges the instance that the caller judges too, and passes its marks on if it is valid.</summary>
    public bool EvaluateInPlace(JsonElement instance, ref Seen seen, Evaluation run)
    {
        if (!seen.IsTracking)
            return Evaluate(instance, ref seen, run);
        var own = seen.Fork();
        if (!Evaluate(instance, ref own, run))
            return false;
        seen.Merge(own);
        return true;
    }

    private bool Evaluate(JsonElement instance, ref Seen seen, Evaluation run)
    {
        if (!run.Enter(this, instance))
            return false;
        bool isValid;
        if (_needsSeen && !seen.IsTracking)
        {
            var own = Seen.Of(instance);
            isValid = EvaluateKeywords(instance, ref own, run);
        }
        else
        {
            isValid = EvaluateKeywords(instance, ref seen, run);
        }

        run.Leave();
        return isValid;
    }

    private bool EvaluateKeywords(JsonElement instance, ref Seen seen, Evaluation run)
    {
        var isValid = true;
        foreach (var keyword in _keywords)
        {
            // After a failure, what is left unevaluated would only be reported twice.
            if (!isValid && keyword.IsLast)
                break;
            if (keyword.Evaluate(instance, ref seen, run))
                continue;
            isValid = false;
            if (!run.IsCollecting)
                break;
        }

        return isValid;
    }
}
