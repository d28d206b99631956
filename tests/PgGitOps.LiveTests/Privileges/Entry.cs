namespace PgGitOps.LiveTests.Privileges;

/// <summary>What one grantee may have: privileges on an object, on objects made later, or a membership.</summary>
/// <param name="Kind">schema, table, column, sequence, function, default or member.</param>
/// <param name="Object">Of default privileges role and kind of object, of a membership the group; with the arguments, of a routine.</param>
internal sealed record Place(string Kind, string Schema, string Object, string? Column, string Grantee);

/// <param name="Held">A privilege, with <c>*</c> where it may be passed on; of a membership <c>member</c>, <c>admin</c>, <c>inherit</c> or <c>set</c>.</param>
/// <param name="IsOwners">The grantee owns the object, or the objects that are made later are his.</param>
internal sealed record Entry(Place Place, string Held, bool IsOwners)
{
    public string Bare => Held.TrimEnd('*');
}
