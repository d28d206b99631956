using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Importing;

/// <summary>What a live cluster cannot say about itself when documents are written for it.</summary>
public sealed record ImportRequest
{
    public required string Cluster { get; init; }
    public required string Environment { get; init; }

    /// <summary>Where each observed member runs.</summary>
    public required EquatableArray<ImportPlacement> Placements { get; init; }

    /// <summary>The engine's own login; it is not declared as a role.</summary>
    public required string AccessUser { get; init; }

    /// <summary>Where its password was found, which the environment then names; null where none was needed.</summary>
    public SecretReference? AccessPassword { get; init; }

    /// <summary>How the servers were connected to, where the caller said it.</summary>
    public string? SslMode { get; init; }

    public required string ReplicationUser { get; init; }

    /// <summary>Owner of the documents, or null.</summary>
    public string? Owner { get; init; }
}

/// <param name="Address">IP address or DNS name the member listens on.</param>
public sealed record ImportPlacement(string Member, string Host, string Address, int Port, string Site, string FailureDomain);
