// <example>
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Aos.Abstractions.Skills;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;

namespace Weather;

/// <summary>What is asked.</summary>
public sealed record ForecastQuery(
    [property: Description("A city, as people write it."), StringLength(80, MinimumLength = 1)] string City,
    [property: Range(1, 14)] int Days = 3,
    Unit Unit = Unit.Celsius);

/// <summary>The unit of a temperature.</summary>
public enum Unit
{
    /// <summary>°C.</summary>
    Celsius,

    /// <summary>°F.</summary>
    Fahrenheit,
}

/// <summary>What is answered.</summary>
public sealed record Forecast(string City, IReadOnlyList<Day> Days);

/// <summary>One day of a forecast.</summary>
public sealed record Day(DateOnly Date, double High, string? Warning);

/// <summary>Where forecasts come from; the application adds it to its services.</summary>
public interface IForecastSource
{
    /// <summary>The days of a city; null where the city is not known.</summary>
    Task<IReadOnlyList<Day>?> FindAsync(string city, int days, Unit unit, CancellationToken cancel);
}

/// <summary>The skills of this application.</summary>
public sealed class WeatherSkills(IForecastSource source)
{
    /// <summary>Version 1 of the skill; version 2 would be another method.</summary>
    [Skill("weather", "1.0.0", Description = "Forecasts the weather of a city for up to 14 days.",
        Effect = EffectClass.Read, ExpectedMs = 200, TimeoutMs = 5_000, Tags = ["weather", "forecast"])]
    [SkillFailure("CITY_UNKNOWN", When = "no city has that name")]
    [SkillExample("Three days in Oslo", """{ "city": "Oslo" }""")]
    public async Task<SkillAnswer<Forecast>> ForecastAsync(ForecastQuery query, CancellationToken cancel)
    {
        var days = await source.FindAsync(query.City, query.Days, query.Unit, cancel);
        if (days is null)
            return new SkillFailure("CITY_UNKNOWN", $"No city is called '{query.City}'; try its English name.")
            {
                Effect = EffectState.None,
            };
        return new Forecast(query.City, days);
    }
}
// </example>
