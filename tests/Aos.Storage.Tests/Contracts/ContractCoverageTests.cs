namespace Aos.Storage.Tests.Contracts;

public sealed class ContractCoverageTests
{
    [Fact]
    public void Every_kind_of_store_inherits_every_suite()
    {
        var types = typeof(ContractCoverageTests).Assembly.GetTypes();
        var fixtures = types.Where(type => type.IsClass && typeof(IStoreFixture).IsAssignableFrom(type)).ToArray();
        var suites = types.Where(type => type.IsAbstract && type.BaseType is { IsGenericType: true } parent
            && parent.GetGenericTypeDefinition() == typeof(StoreContract<>)).ToArray();

        var missing =
            from suite in suites
            from fixture in fixtures
            let wanted = suite.MakeGenericType(fixture)
            where !types.Any(type => type.BaseType == wanted && type.IsSealed)
            select $"{suite.Name} for {fixture.Name}";

        Assert.Equal(14, suites.Length);
        Assert.Equal(3, fixtures.Length);
        Assert.Empty(missing);
    }
}
