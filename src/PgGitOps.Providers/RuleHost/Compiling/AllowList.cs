using System.Collections.Frozen;

namespace PgGitOps.Providers.RuleHost.Compiling;

/// <summary>What a rule may be bound to. Everything else is refused.</summary>
/// <remarks>
/// A member is here when it is pure, its result is the same on every machine, and its cost and size are bounded by what it
/// is given. So: no <c>Replace</c> or <c>Join</c> (they grow; the language has bounded ones), no <c>ToString</c> with a
/// format or culture, no <c>GetHashCode</c>, no <c>Now</c>, no <c>GetType</c>.
/// </remarks>
internal static class AllowList
{
    /// <summary>Raised whenever what is allowed changes: it is part of the key of compiled bundles.</summary>
    public const int Version = 2;

    /// <summary>Everything public in this namespace was written to be given to rules.</summary>
    public const string LanguageNamespace = "PgGitOps.Core.Policies.Language";

    public const string FuelType = "PgGitOps.Core.Policies.Machinery.Fuel";

    private static readonly string[] Number = ["MaxValue", "MinValue", "TryParse", "CompareTo", "Equals", "ToString"];
    private static readonly string[] DecimalOperators =
    [
        "op_Addition",
        "op_Subtraction",
        "op_Multiply",
        "op_Division",
        "op_Modulus",
        "op_UnaryNegation",
        "op_Increment",
        "op_Decrement",
        "op_Equality",
        "op_Inequality",
        "op_LessThan",
        "op_GreaterThan",
        "op_LessThanOrEqual",
        "op_GreaterThanOrEqual",
        "op_Implicit",
        "op_Explicit",
    ];

    private static readonly string[] TimeOperators =
    [
        "op_Addition",
        "op_Subtraction",
        "op_Multiply",
        "op_Division",
        "op_UnaryNegation",
        "op_Equality",
        "op_Inequality",
        "op_LessThan",
        "op_GreaterThan",
        "op_LessThanOrEqual",
        "op_GreaterThanOrEqual",
        "CompareTo",
        "Equals",
    ];

    /// <summary>Types a rule's text may use, and their members.</summary>
    public static FrozenDictionary<string, FrozenSet<string>> Types { get; } =
        new Dictionary<string, string[]>
        {
            ["System.Object"] = [],
            ["System.Void"] = [],
            ["System.Enum"] = [],
            ["System.Boolean"] = ["CompareTo", "Equals", "ToString"],
            ["System.Byte"] = Number,
            ["System.Int16"] = Number,
            ["System.Int32"] = Number,
            ["System.Int64"] = Number,
            ["System.UInt32"] = Number,
            ["System.UInt64"] = Number,
            ["System.Double"] = [.. Number, "IsNaN", "IsFinite"],
            ["System.Decimal"] = [.. Number, .. DecimalOperators, "Zero", "One", ".ctor"],
            ["System.Char"] =
            [
                "IsDigit",
                "IsLetter",
                "IsLetterOrDigit",
                "IsUpper",
                "IsLower",
                "IsWhiteSpace",
                "IsAsciiDigit",
                "IsAsciiLetter",
                "IsAsciiLetterOrDigit",
                "IsAsciiLetterUpper",
                "IsAsciiLetterLower",
                "ToLowerInvariant",
                "ToUpperInvariant",
                "CompareTo",
                "Equals",
                "ToString",
            ],
            ["System.String"] =
            [
                "Length",
                "Chars",
                "Contains",
                "StartsWith",
                "EndsWith",
                "IndexOf",
                "LastIndexOf",
                "Substring",
                "Trim",
                "TrimStart",
                "TrimEnd",
                "ToLowerInvariant",
                "ToUpperInvariant",
                "Split",
                "Equals",
                "op_Equality",
                "op_Inequality",
                "op_Addition",
                "CompareOrdinal",
                "IsNullOrEmpty",
                "IsNullOrWhiteSpace",
                "Empty",
                "ToString",
            ],
            ["System.StringComparison"] = ["Ordinal", "OrdinalIgnoreCase"],
            ["System.StringSplitOptions"] = ["None", "RemoveEmptyEntries", "TrimEntries"],
            ["System.DayOfWeek"] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
            ["System.Math"] = ["Min", "Max", "Abs", "Floor", "Ceiling", "Round", "Clamp", "Truncate", "Sign"],
            ["System.TimeSpan"] =
            [
                .. TimeOperators,
                "Zero",
                "MaxValue",
                "MinValue",
                "FromDays",
                "FromHours",
                "FromMinutes",
                "FromSeconds",
                "FromMilliseconds",
                "Days",
                "Hours",
                "Minutes",
                "Seconds",
                "Milliseconds",
                "TotalDays",
                "TotalHours",
                "TotalMinutes",
                "TotalSeconds",
                "TotalMilliseconds",
                "Ticks",
                "Add",
                "Subtract",
                "Duration",
                "Negate",
                "ToString",
            ],
            ["System.DateTimeOffset"] =
            [
                .. TimeOperators,
                "Year",
                "Month",
                "Day",
                "Hour",
                "Minute",
                "Second",
                "DayOfWeek",
                "DayOfYear",
                "Add",
                "Subtract",
                "AddDays",
                "AddHours",
                "AddMinutes",
                "AddSeconds",
                "AddMonths",
                "AddYears",
                "MaxValue",
                "MinValue",
                "ToUnixTimeSeconds",
            ],
            ["System.Nullable`1"] = ["HasValue", "Value", "GetValueOrDefault", ".ctor", "op_Implicit", "op_Explicit"],
            ["System.Array"] = ["Length"],
            ["System.Collections.IEnumerable"] = [],
            ["System.Collections.Generic.IEnumerable`1"] = [],
            ["System.Func`1"] = ["Invoke"],
            ["System.Func`2"] = ["Invoke"],
            ["System.Func`3"] = ["Invoke"],
            ["System.Func`4"] = ["Invoke"],
            ["System.Func`5"] = ["Invoke"],
            ["System.Action"] = ["Invoke"],
            ["System.Action`1"] = ["Invoke"],
            ["System.Action`2"] = ["Invoke"],
            ["System.Action`3"] = ["Invoke"],
        }.ToFrozenDictionary(p => p.Key, p => p.Value.ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>Members that <c>foreach</c> is lowered to; a rule cannot call them by name.</summary>
    public static FrozenSet<string> ForEach { get; } =
        new[]
        {
            "System.Collections.IEnumerable.GetEnumerator",
            "System.Collections.Generic.IEnumerable`1.GetEnumerator",
            "System.Collections.IEnumerator.MoveNext",
            "System.Collections.IEnumerator.Current",
            "System.Collections.Generic.IEnumerator`1.Current",
            "System.IDisposable.Dispose",
            "System.String.GetEnumerator",
            "System.CharEnumerator.MoveNext",
            "System.CharEnumerator.Current",
        }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What the compiler itself puts into the compiled form, beyond what a rule's text may name.</summary>
    public static FrozenDictionary<string, FrozenSet<string>> Lowered { get; } =
        new Dictionary<string, string[]>
        {
            ["System.Object"] = [".ctor", "ToString"],
            ["System.ValueType"] = [],
            ["System.Delegate"] = [],
            ["System.MulticastDelegate"] = [],
            ["System.String"] = ["Concat", "op_Implicit", "get_Length", "get_Chars"],
            ["System.ReadOnlySpan`1"] = [".ctor", "get_Length", "get_Item"],
            ["System.Func`1"] = [".ctor"],
            ["System.Func`2"] = [".ctor"],
            ["System.Func`3"] = [".ctor"],
            ["System.Func`4"] = [".ctor"],
            ["System.Func`5"] = [".ctor"],
            ["System.Action"] = [".ctor"],
            ["System.Action`1"] = [".ctor"],
            ["System.Action`2"] = [".ctor"],
            ["System.Action`3"] = [".ctor"],
            ["System.Collections.IEnumerator"] = ["MoveNext", "get_Current"],
            ["System.Collections.IEnumerable"] = ["GetEnumerator"],
            ["System.Collections.Generic.IEnumerable`1"] = ["GetEnumerator"],
            ["System.Collections.Generic.IEnumerator`1"] = ["get_Current"],
            ["System.IDisposable"] = ["Dispose"],
            ["System.Runtime.CompilerServices.DefaultInterpolatedStringHandler"] =
            [
                ".ctor",
                "AppendLiteral",
                "AppendFormatted",
                "ToStringAndClear",
            ],
            ["System.Runtime.CompilerServices.RuntimeHelpers"] = ["InitializeArray"],
            ["System.RuntimeFieldHandle"] = [],
            ["System.Array"] = [],
            ["System.IFormatProvider"] = [],
            ["System.Diagnostics.DebuggerHiddenAttribute"] = [".ctor"],
            ["System.Diagnostics.DebuggerBrowsableAttribute"] = [".ctor"],
            ["System.Diagnostics.DebuggerBrowsableState"] = [],
            ["System.Diagnostics.DebuggerDisplayAttribute"] = [".ctor", "Type"],
            ["System.Diagnostics.DebuggableAttribute"] = [".ctor"],
            ["System.Diagnostics.DebuggableAttribute/DebuggingModes"] = [],
            ["System.Runtime.CompilerServices.CompilerGeneratedAttribute"] = [".ctor"],
            ["System.Runtime.CompilerServices.CompilationRelaxationsAttribute"] = [".ctor"],
            ["System.Runtime.CompilerServices.RuntimeCompatibilityAttribute"] = [".ctor"],
            ["System.Runtime.CompilerServices.RefSafetyRulesAttribute"] = [".ctor"],
            ["System.Runtime.CompilerServices.NullableAttribute"] = [".ctor"],
            ["System.Runtime.CompilerServices.NullableContextAttribute"] = [".ctor"],
            ["System.Runtime.CompilerServices.TupleElementNamesAttribute"] = [".ctor"],
            ["System.Runtime.CompilerServices.IsReadOnlyAttribute"] = [".ctor"],
            ["System.Runtime.CompilerServices.SwitchExpressionException"] = [".ctor"],
            [FuelType] = ["Tick", "TickTrue", "Enter", "Leave", "Text", "Reads", "Same", "Pay"],
        }.ToFrozenDictionary(p => p.Key, p => p.Value.ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>What only code without a line of a rule in it may use: anonymous types, and the entry of a script that is never run.</summary>
    public static FrozenDictionary<string, FrozenSet<string>> Scaffolding { get; } =
        new Dictionary<string, string[]>
        {
            ["System.String"] = ["Format"],
            ["System.Collections.Generic.EqualityComparer`1"] = ["get_Default", "Equals", "GetHashCode"],
            ["System.Threading.Tasks.Task`1"] = [],
            ["System.Runtime.CompilerServices.AsyncTaskMethodBuilder`1"] =
            [
                "Create",
                "Start",
                "SetResult",
                "SetException",
                "SetStateMachine",
                "get_Task",
            ],
            ["System.Runtime.CompilerServices.IAsyncStateMachine"] = ["MoveNext", "SetStateMachine"],
            ["System.Exception"] = [],
        }.ToFrozenDictionary(p => p.Key, p => p.Value.ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);

    public static bool IsScaffolding(string type, string member) =>
        Scaffolding.TryGetValue(type, out var members) && members.Contains(member);

    public static bool Allows(string type, string member) => Types.TryGetValue(type, out var members) && members.Contains(member);

    /// <summary>Whether the compiled form may refer to a member; accessors count as their property.</summary>
    public static bool AllowsLowered(string type, string member)
    {
        if (type.StartsWith("System.ValueTuple`", StringComparison.Ordinal))
            return member == ".ctor" || member.StartsWith("Item", StringComparison.Ordinal) || member == "Rest";
        if (Lowered.TryGetValue(type, out var lowered) && lowered.Contains(member))
            return true;
        if (
            member is "GetEnumerator" or "MoveNext" or "get_Current"
            && ForEach.Contains($"{type}.{(member == "get_Current" ? "Current" : member)}")
        )
            return true;
        var property =
            member.StartsWith("get_", StringComparison.Ordinal) || member.StartsWith("set_", StringComparison.Ordinal)
                ? member[4..]
                : member;
        return Allows(type, property);
    }

    public static bool KnowsLowered(string type) =>
        Types.ContainsKey(type)
        || Lowered.ContainsKey(type)
        || Scaffolding.ContainsKey(type)
        || type.StartsWith("System.ValueTuple`", StringComparison.Ordinal)
        || type is "System.CharEnumerator";
}
