using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace PgGitOps.Providers.RuleHost.Compiling;

/// <summary>The compiled form, judged without trusting what came before: whatever is not known to be harmless is refused.</summary>
internal static class MetadataGate
{
    private const int ImageBytesMax = 4 * 1024 * 1024;
    private static readonly string[] Assemblies = ["System.Private.CoreLib", "System.Runtime", "PgGitOps.Core"];

    /// <returns>The first complaint, or null.</returns>
    public static string? Check(byte[] image)
    {
        if (image.Length > ImageBytesMax)
            return $"the compiled rules take {image.Length} bytes; at most {ImageBytesMax} are allowed";
        try
        {
            using var pe = new PEReader(new MemoryStream(image, writable: false));
            return Complaints(pe, pe.GetMetadataReader()).FirstOrDefault();
        }
        catch (BadImageFormatException e)
        {
            return $"the compiled form is malformed: {e.Message}";
        }
    }

    private static IEnumerable<string> Complaints(PEReader pe, MetadataReader reader)
    {
        if (
            pe.PEHeaders.CorHeader is not { } header
            || !header.Flags.HasFlag(CorFlags.ILOnly)
            || header.EntryPointTokenOrRelativeVirtualAddress != 0
            || header.VtableFixupsDirectory.Size != 0
            || header.ResourcesDirectory.Size != 0
            || header.ManagedNativeHeaderDirectory.Size != 0
        )
            yield return "the compiled form is more than plain IL";
        foreach (
            var (table, name) in new[]
            {
                (TableIndex.ModuleRef, "a native module"),
                (TableIndex.ImplMap, "a native function"),
                (TableIndex.ManifestResource, "a resource"),
                (TableIndex.File, "a file"),
                (TableIndex.ExportedType, "a forwarded type"),
                (TableIndex.DeclSecurity, "a security declaration"),
                (TableIndex.FieldMarshal, "marshalling"),
                (TableIndex.Event, "an event"),
                (TableIndex.MethodImpl, ""),
            }
        )
        {
            if (name.Length > 0 && reader.GetTableRowCount(table) > 0)
                yield return $"the compiled form holds {name}";
        }
        foreach (var handle in reader.AssemblyReferences)
        {
            var name = reader.GetString(reader.GetAssemblyReference(handle).Name);
            if (!Assemblies.Contains(name))
                yield return $"the compiled form refers to the assembly {name}";
        }
        foreach (
            var complaint in TypeReferences(reader)
                .Concat(MemberReferences(reader))
                .Concat(MetadataShape.Complaints(reader))
                .Concat(IlGate.Complaints(pe, reader))
        )
            yield return complaint;
    }

    private static IEnumerable<string> TypeReferences(MetadataReader reader)
    {
        foreach (var handle in reader.TypeReferences)
        {
            var name = NameOf(reader, handle);
            if (!AllowList.KnowsLowered(name) && !IsLanguage(name))
                yield return $"the compiled form refers to the type {name}";
        }
    }

    private static IEnumerable<string> MemberReferences(MetadataReader reader)
    {
        foreach (var handle in reader.MemberReferences)
        {
            var member = reader.GetMemberReference(handle);
            var name = reader.GetString(member.Name);
            var owner = OwnerOf(reader, member.Parent);
            if (owner is null)
                yield return $"the compiled form refers to '{name}' of something unknown";
            else if (
                owner.Length > 0
                && !IsLanguage(owner)
                && !AllowList.AllowsLowered(owner, name)
                && !AllowList.IsScaffolding(owner, name)
            )
                yield return $"the compiled form refers to {owner}.{name}";
            if (
                SignatureGate.Complaint(
                    reader.GetBlobReader(member.Signature),
                    delegateConstructor: name == ".ctor"
                        && owner is not null
                        && (
                            owner.StartsWith("System.Func`", StringComparison.Ordinal)
                            || owner.StartsWith("System.Action", StringComparison.Ordinal)
                        )
                ) is
                { } complaint
            )
                yield return $"the signature of {owner}.{name} holds {complaint}";
        }
    }

    /// <summary>Name of the type a member belongs to; empty for types of the bundle itself; null when it cannot be told.</summary>
    internal static string? OwnerOf(MetadataReader reader, EntityHandle parent) =>
        parent.Kind switch
        {
            HandleKind.TypeReference => NameOf(reader, (TypeReferenceHandle)parent),
            HandleKind.TypeDefinition => "",
            HandleKind.TypeSpecification => SignatureGate.GenericOwner(
                reader,
                reader.GetTypeSpecification((TypeSpecificationHandle)parent)
            ),
            _ => null,
        };

    internal static string NameOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
            return $"{NameOf(reader, (TypeReferenceHandle)type.ResolutionScope)}/{name}";
        var space = reader.GetString(type.Namespace);
        return space.Length == 0 ? name : $"{space}.{name}";
    }

    // The machinery beside the language lies in another namespace; its one open door is in the allow-list.
    private static bool IsLanguage(string type) => type.StartsWith(AllowList.LanguageNamespace + ".", StringComparison.Ordinal);
}
