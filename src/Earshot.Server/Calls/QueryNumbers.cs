using System.Globalization;
using System.Reflection;
using Earshot.Engine.Calls;
using Microsoft.AspNetCore.Http;

namespace Earshot.Server.Calls;

/// <summary>Says which number in a query could not be read; the framework alone answers 400 without a word.</summary>
internal static class QueryNumbers
{
    public static EndpointFilterDelegate Explain(EndpointFilterFactoryContext factory, EndpointFilterDelegate next)
    {
        (string Name, bool Whole)[] numbers = [.. factory.MethodInfo.GetParameters().Select(Number).OfType<(string, bool)>()];
        if (numbers.Length == 0) return next;
        return call =>
        {
            foreach ((string name, bool whole) in numbers)
            {
                string? text = call.HttpContext.Request.Query[name];
                if (text is null || (whole ? int.TryParse(text, CultureInfo.InvariantCulture, out _) : double.TryParse(text, CultureInfo.InvariantCulture, out _))) continue;
                return ValueTask.FromResult<object?>(Failures.BadInput(name, $"'{LogText.Clean(text)}' is not a {(whole ? "whole number" : "number")}."));
            }
            return next(call);
        };
    }

    private static (string, bool)? Number(ParameterInfo parameter) => Nullable.GetUnderlyingType(parameter.ParameterType) switch
    {
        { } type when type == typeof(int) => (parameter.Name!, true),
        { } type when type == typeof(double) => (parameter.Name!, false),
        _ => null,
    };
}
