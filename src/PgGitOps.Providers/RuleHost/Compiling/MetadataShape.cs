using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace PgGitOps.Providers.RuleHost.Compiling;

/// <summary>What a bundle declares: rule classes and what the compiler makes of their functions, nothing else.</summary>
internal static class MetadataShape
{
    // Names with '<' cannot be written in C#, so only the compiler gives them.
    private static bool IsCompilers(string name) => name.Contains('<');

    public static IEnumerable<string> Complaints(MetadataReader reader)
    {
        foreach (var handle in reader.TypeDefinitions)
        {
            var type = reader.GetTypeDefinition(handle);
            var name = reader.GetString(type.Name);
            var space = reader.GetString(type.Namespace);
            var known =
                IsCompilers(name)
                || name.StartsWith("Submission#", StringComparison.Ordinal)
                || name.StartsWith("Rule_", StringComparison.Ordinal)
                || name.StartsWith("__StaticArrayInitTypeSize=", StringComparison.Ordinal)
                || (
                    space is "Microsoft.CodeAnalysis" or "System.Runtime.CompilerServices"
                    && name.EndsWith("Attribute", StringComparison.Ordinal)
                );
            if (!known)
                yield return $"the compiled form declares the type {name}";
            if (
                (type.Attributes & TypeAttributes.LayoutMask) == TypeAttributes.ExplicitLayout
                && !name.StartsWith("__StaticArrayInitTypeSize=", StringComparison.Ordinal)
            )
                yield return $"{name} has an explicit layout";
            if ((type.Attributes & TypeAttributes.Interface) != 0)
                yield return $"{name} is an interface";
            foreach (var complaint in Methods(reader, type, name).Concat(Fields(reader, type, name)))
                yield return complaint;
        }
        foreach (var handle in reader.CustomAttributes)
        {
            var constructor = reader.GetCustomAttribute(handle).Constructor;
            if (constructor.Kind is not (HandleKind.MemberReference or HandleKind.MethodDefinition))
                yield return "an attribute has no constructor";
        }
        foreach (var index in Enumerable.Range(1, reader.GetTableRowCount(TableIndex.TypeSpec)))
        {
            var specification = reader.GetTypeSpecification(MetadataTokens.TypeSpecificationHandle(index));
            if (SignatureGate.TypeComplaint(reader.GetBlobReader(specification.Signature)) is { } complaint)
                yield return $"a type holds {complaint}";
        }
        foreach (var index in Enumerable.Range(1, reader.GetTableRowCount(TableIndex.StandAloneSig)))
        {
            var signature = reader.GetStandaloneSignature(MetadataTokens.StandaloneSignatureHandle(index));
            if (SignatureGate.Complaint(reader.GetBlobReader(signature.Signature)) is { } complaint)
                yield return $"a local variable is {complaint}";
        }
    }

    private static IEnumerable<string> Methods(MetadataReader reader, TypeDefinition type, string owner)
    {
        foreach (var handle in type.GetMethods())
        {
            var method = reader.GetMethodDefinition(handle);
            var name = reader.GetString(method.Name);
            if (
                (method.Attributes & (MethodAttributes.PinvokeImpl | MethodAttributes.UnmanagedExport)) != 0
                || (
                    method.ImplAttributes
                    & (
                        MethodImplAttributes.CodeTypeMask
                        | MethodImplAttributes.ManagedMask
                        | MethodImplAttributes.InternalCall
                        | MethodImplAttributes.ForwardRef
                    )
                ) != 0
            )
                yield return $"{owner}.{name} is not plain IL";
            if (name == ".cctor" && !IsCompilers(owner) || owner == "<Module>")
                yield return $"{owner}.{name} would run by itself";
            if (name == "Finalize")
                yield return $"{owner} has a finalizer";
            if (SignatureGate.Complaint(reader.GetBlobReader(method.Signature)) is { } complaint)
                yield return $"{owner}.{name} takes or returns {complaint}";
        }
    }

    private static IEnumerable<string> Fields(MetadataReader reader, TypeDefinition type, string owner)
    {
        foreach (var handle in type.GetFields())
        {
            var field = reader.GetFieldDefinition(handle);
            var name = reader.GetString(field.Name);
            if (
                (field.Attributes & FieldAttributes.HasFieldRVA) != 0
                && !owner.StartsWith("<PrivateImplementationDetails>", StringComparison.Ordinal)
            )
                yield return $"{owner}.{name} maps memory";
            if ((field.Attributes & FieldAttributes.Static) != 0 && !IsCompilers(owner))
                yield return $"{owner}.{name} is a static field";
            if (SignatureGate.Complaint(reader.GetBlobReader(field.Signature)) is { } complaint)
                yield return $"{owner}.{name} is {complaint}";
        }
    }
}
