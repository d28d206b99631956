/*---
id: PG401
title: The engine's connections are encrypted and their servers known
severity: error
enforcement: soft
for: Environment
requirements: [ R-13 ]
help: |
  The engine logs in as a superuser. On any network but the machine itself that needs TLS and a checked certificate.
---*/
var access = Environment.Document.Spec["access"];
var mode = access["sslMode"];
if (Environment.Hosts.All(h => (h.Value["address"].Text ?? "").StartsWith("127.")))
{
    NotApplicable("every host is this machine");
    return;
}
if (!mode.Exists)
    Report(mode, "connections to the servers use sslMode prefer, because nothing else is written")
        .Hint("write verify-full")
        .FixByAdding(access, "sslMode", "verify-full");
else if (!mode.IsOneOf("verify-full", "verify-ca"))
    Report(mode, $"connections to the servers use sslMode {mode}").Hint("write verify-full").Fix(mode, "verify-full");
