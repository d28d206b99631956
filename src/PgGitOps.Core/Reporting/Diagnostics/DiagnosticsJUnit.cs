using System.Globalization;
using System.Text;
using System.Xml;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Diagnostics;

/// <summary>Findings as JUnit XML: an error is a failed test, a warning or a note a passed one that says something.</summary>
public static class DiagnosticsJUnit
{
    public static string Write(DiagnosticsReport report)
    {
        var text = new StringBuilder();
        using (
            var xml = XmlWriter.Create(
                text,
                new XmlWriterSettings
                {
                    Indent = true,
                    NewLineChars = "\n",
                    OmitXmlDeclaration = true,
                }
            )
        )
        {
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", "pggitops documents");
            xml.WriteAttributeString("tests", Number(Math.Max(1, report.Findings.Count)));
            xml.WriteAttributeString("failures", Number(report.Count(Severity.Error)));
            xml.WriteAttributeString("errors", "0");
            xml.WriteAttributeString("skipped", "0");
            if (report.Findings.Count == 0)
            {
                xml.WriteStartElement("testcase");
                xml.WriteAttributeString("classname", "documents");
                xml.WriteAttributeString("name", "no findings");
                xml.WriteEndElement();
            }
            foreach (var finding in report.Findings)
                WriteCase(xml, finding);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + text + "\n";
    }

    private static void WriteCase(XmlWriter xml, Diagnostic finding)
    {
        var place = VisibleText.Of(finding.Span.ToString());
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", VisibleText.Of(finding.Span.Path));
        xml.WriteAttributeString("name", $"{finding.RuleId} {place}");
        xml.WriteAttributeString("file", VisibleText.Of(finding.Span.Path));
        xml.WriteAttributeString("line", Number(finding.Span.Line));
        xml.WriteAttributeString("column", Number(finding.Span.Column));
        var message = VisibleText.Of(finding.Message);
        var body =
            $"{place}: {DiagnosticsReport.Word(finding.Severity)} {finding.RuleId}: {message}{(finding.Hint is { } hint ? "\nhint: " + VisibleText.Of(hint) : "")}";
        if (finding.Severity == Severity.Error)
        {
            xml.WriteStartElement("failure");
            xml.WriteAttributeString("type", finding.RuleId);
            xml.WriteAttributeString("message", message);
            xml.WriteString(body);
            xml.WriteEndElement();
        }
        else
            xml.WriteElementString("system-out", body);
        xml.WriteEndElement();
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
