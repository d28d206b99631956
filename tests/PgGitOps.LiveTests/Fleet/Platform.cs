// Signals, /proc and file modes: the live tests are Linux only, as the engine's host commands are.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
