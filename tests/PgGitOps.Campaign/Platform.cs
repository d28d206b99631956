// As the live tests: signals, /proc and file modes.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
