using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Ports;

/// <summary>A script for a host, run as the owner of its servers.</summary>
/// <param name="Body">For sh(1) as POSIX says. It begins with umask 077 and set -u; expand prints a path with its leading ~ resolved.</param>
/// <param name="Arguments">$1, $2 … of the body: values are never pasted into it.</param>
/// <param name="StandardInput">The way for secrets and files.</param>
public sealed record HostScript(string Body, EquatableArray<string> Arguments, TimeSpan Timeout, string? StandardInput = null);
