using System.Reflection.Metadata;

namespace PgGitOps.Providers.RuleHost.Compiling;

/// <summary>Signatures, byte by byte: no pointers, no function pointers, nothing the compiler would not write for a rule.</summary>
internal static class SignatureGate
{
    /// <param name="delegateConstructor">A delegate's constructor takes the address of its method; no other signature holds a native integer.</param>
    public static string? Complaint(BlobReader blob, bool delegateConstructor = false)
    {
        try
        {
            var header = blob.ReadSignatureHeader();
            if (header.Kind is SignatureKind.Method or SignatureKind.Property)
            {
                if (
                    header.CallingConvention is not (SignatureCallingConvention.Default or SignatureCallingConvention.VarArgs)
                    || header.CallingConvention == SignatureCallingConvention.VarArgs
                )
                    return "a foreign calling convention";
                if (header.IsGeneric)
                    blob.ReadCompressedInteger();
                return Types(ref blob, blob.ReadCompressedInteger() + 1, delegateConstructor);
            }
            return header.Kind switch
            {
                SignatureKind.Field => Types(ref blob, 1),
                SignatureKind.LocalVariables or SignatureKind.MethodSpecification => Types(
                    ref blob,
                    blob.ReadCompressedInteger()
                ),
                _ => "an unknown kind of signature",
            };
        }
        catch (BadImageFormatException)
        {
            return "a malformed part";
        }
    }

    public static string? TypeComplaint(BlobReader blob) => Types(ref blob, 1);

    /// <summary>Name of a generic type that a specification instantiates; empty for a type of the bundle; null for anything else.</summary>
    public static string? GenericOwner(MetadataReader reader, TypeSpecification specification)
    {
        var blob = reader.GetBlobReader(specification.Signature);
        var code = (SignatureTypeCode)blob.ReadCompressedInteger();
        if (code == SignatureTypeCode.SZArray)
            return "System.Array";
        if (code != SignatureTypeCode.GenericTypeInstance)
            return null;
        blob.ReadCompressedInteger();
        var type = blob.ReadTypeHandle();
        return type.Kind switch
        {
            HandleKind.TypeReference => MetadataGate.NameOf(reader, (TypeReferenceHandle)type),
            HandleKind.TypeDefinition => "",
            _ => null,
        };
    }

    private static string? Types(ref BlobReader blob, int count, bool delegateConstructor = false)
    {
        for (var i = 0; i < count; i++)
        {
            if (Type(ref blob, 0, delegateConstructor) is { } complaint)
                return complaint;
        }
        return null;
    }

    private static string? Type(ref BlobReader blob, int depth, bool delegateConstructor = false)
    {
        if (depth > 40)
            return "a type nested too deeply";
        while (true)
        {
            var code = blob.ReadCompressedInteger();
            switch (code)
            {
                case (int)SignatureTypeCode.Void
                or (int)SignatureTypeCode.Boolean
                or (int)SignatureTypeCode.Char
                or (int)SignatureTypeCode.SByte
                or (int)SignatureTypeCode.Byte
                or (int)SignatureTypeCode.Int16
                or (int)SignatureTypeCode.UInt16
                or (int)SignatureTypeCode.Int32
                or (int)SignatureTypeCode.UInt32
                or (int)SignatureTypeCode.Int64
                or (int)SignatureTypeCode.UInt64
                or (int)SignatureTypeCode.Single
                or (int)SignatureTypeCode.Double
                or (int)SignatureTypeCode.String
                or (int)SignatureTypeCode.Object:
                    return null;
                case (int)SignatureTypeCode.IntPtr when delegateConstructor:
                    return null;
                case 0x11 or 0x12: // a value type or a class; its reference is judged in its own table
                    blob.ReadTypeHandle();
                    return null;
                case (int)SignatureTypeCode.GenericTypeParameter or (int)SignatureTypeCode.GenericMethodParameter:
                    blob.ReadCompressedInteger();
                    return null;
                case (int)SignatureTypeCode.SZArray or (int)SignatureTypeCode.ByReference:
                    continue;
                case (int)SignatureTypeCode.RequiredModifier or (int)SignatureTypeCode.OptionalModifier:
                    blob.ReadTypeHandle();
                    continue;
                case (int)SignatureTypeCode.GenericTypeInstance:
                    blob.ReadCompressedInteger();
                    blob.ReadTypeHandle();
                    for (var arguments = blob.ReadCompressedInteger(); arguments > 0; arguments--)
                    {
                        if (Type(ref blob, depth + 1) is { } complaint)
                            return complaint;
                    }
                    return null;
                case (int)SignatureTypeCode.Pointer:
                    return "a pointer";
                case (int)SignatureTypeCode.FunctionPointer:
                    return "a function pointer";
                case (int)SignatureTypeCode.TypedReference:
                    return "a typed reference";
                case (int)SignatureTypeCode.Pinned:
                    return "a pinned variable";
                default:
                    return $"type code 0x{code:X2}";
            }
        }
    }
}
