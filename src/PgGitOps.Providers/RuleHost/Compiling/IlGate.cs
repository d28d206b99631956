using System.Collections.Frozen;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace PgGitOps.Providers.RuleHost.Compiling;

/// <summary>Every instruction of every method.</summary>
internal static class IlGate
{
    private static readonly FrozenDictionary<int, OpCode> Codes = typeof(OpCodes)
        .GetFields()
        .Select(f => (OpCode)f.GetValue(null)!)
        .ToFrozenDictionary(c => c.Value & 0xFFFF);

    private static readonly FrozenSet<string> Refused = new[]
    {
        "calli",
        "jmp",
        "localloc",
        "cpblk",
        "initblk",
        "mkrefany",
        "refanyval",
        "refanytype",
        "arglist",
        "cpobj",
        "sizeof",
        "unaligned.",
        "volatile.",
        "tail.",
        "no.",
        "ldvirtftn",
        "ldind.i",
        "stind.i",
        "conv.i",
        "conv.u",
        "conv.ovf.i",
        "conv.ovf.u",
        "conv.ovf.i.un",
        "conv.ovf.u.un",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static IEnumerable<string> Complaints(PEReader pe, MetadataReader reader)
    {
        foreach (var handle in reader.MethodDefinitions)
        {
            var method = reader.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress == 0)
                continue;
            var name = reader.GetString(method.Name);
            var owner = reader.GetString(reader.GetTypeDefinition(method.GetDeclaringType()).Name);
            var body = pe.GetMethodBody(method.RelativeVirtualAddress);
            // A script has one method of its own that catches: the compiler's asynchronous entry, which is never run.
            if (
                !owner.StartsWith("<<Initialize>>", StringComparison.Ordinal)
                && body.ExceptionRegions.Any(r => r.Kind != ExceptionRegionKind.Finally)
            )
                yield return $"{owner}.{name} catches exceptions";
            foreach (var (instruction, token) in Instructions(body.GetILReader()))
            {
                if (Refused.Contains(instruction))
                    yield return $"{owner}.{name} uses the instruction {instruction}";
                if (
                    !IsScaffold(owner)
                    && MemberOf(reader, token) is var (type, member)
                    && AllowList.IsScaffolding(type, member)
                    && !AllowList.AllowsLowered(type, member)
                )
                    yield return $"{owner}.{name} uses {type}.{member}";
            }
        }
    }

    // Closures (<>c) hold what a rule wrote; these hold none of it.
    private static bool IsScaffold(string type) =>
        type.StartsWith("<>f__AnonymousType", StringComparison.Ordinal)
        || type.StartsWith("<<Initialize>>", StringComparison.Ordinal)
        || type.StartsWith("Submission#", StringComparison.Ordinal);

    private static (string Type, string Member)? MemberOf(MetadataReader reader, int token)
    {
        var handle = token == 0 ? default : MetadataTokens.EntityHandle(token);
        if (handle.Kind == HandleKind.MethodSpecification && token != 0)
            handle = reader.GetMethodSpecification((MethodSpecificationHandle)handle).Method;
        if (handle.Kind != HandleKind.MemberReference)
            return null;
        var member = reader.GetMemberReference((MemberReferenceHandle)handle);
        return MetadataGate.OwnerOf(reader, member.Parent) is { } owner ? (owner, reader.GetString(member.Name)) : null;
    }

    private static List<(string Name, int Token)> Instructions(BlobReader il)
    {
        var found = new List<(string, int)>();
        while (il.RemainingBytes > 0)
        {
            int value = il.ReadByte();
            if (value == 0xFE)
                value = 0xFE00 | il.ReadByte();
            if (!Codes.TryGetValue(value, out var code))
                return [("no.", 0)];
            var token = 0;
            switch (code.OperandType)
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    il.Offset += 1;
                    break;
                case OperandType.InlineVar:
                    il.Offset += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    il.Offset += 8;
                    break;
                case OperandType.InlineSwitch:
                    var targets = il.ReadInt32();
                    il.Offset += targets * 4;
                    break;
                case OperandType.InlineMethod:
                    token = il.ReadInt32();
                    break;
                default:
                    il.Offset += 4;
                    break;
            }
            found.Add((code.Name!, token));
        }
        return found;
    }
}
