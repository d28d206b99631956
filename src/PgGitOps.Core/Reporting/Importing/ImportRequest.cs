using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Importing;

/// <summary>What a live cluster cannot say about itself when documents are written for it.</summary>
public sealed record ImportRequest
{
    public required string Cluster { get; init; }
    public required string Environment { get; init; }

    /// <summary>Where each observed member runs.</summary>
    public required EquatableArray<ImportPlacement> Placements { get; init; }

    /// <summary>The engine's own login; it is not declared as a role.</summary>
    public required string AccessUser { get; init; }

    public required string ReplicationUser { get; init; }

    /// <summary>Owner of the documents, or null.</summary>
    public string? Owner { get; init; }
}

/// <param name="Address">IP address or DNS name the member listens on.</param>
public sealed record ImportPlacement(string Member, string Host, string Address, int Port, string Site, string FailureDomain);
