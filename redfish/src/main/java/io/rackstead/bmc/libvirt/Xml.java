package io.rackstead.bmc.libvirt;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/// libvirt's documents, read without document types and entities, and written.
final class Xml {
  /// libvirt's own are five deep or so.
  private static final int DEEPEST = 64;

  private Xml() {}

  /// @throws IllegalArgumentException says what is wrong with it
  static Element parse(String text) {
    try {
      var factory = DocumentBuilderFactory.newDefaultInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
      factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
      factory.setAttribute("jdk.xml.maxElementDepth", Integer.toString(DEEPEST));
      factory.setXIncludeAware(false);
      factory.setExpandEntityReferences(false);
      factory.setNamespaceAware(true);
      var builder = factory.newDocumentBuilder();
      builder.setErrorHandler(null);
      return builder.parse(new InputSource(new StringReader(text))).getDocumentElement();
    } catch (SAXException e) {
      throw new IllegalArgumentException(
          "no XML: " + Said.shown(String.valueOf(e.getMessage())), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("XML that cannot be read", e);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("this Java has no XML parser that can be trusted", e);
    }
  }

  static String text(Element element) {
    var out = new StringWriter();
    try {
      var transformer = TransformerFactory.newDefaultInstance().newTransformer();
      transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
      transformer.transform(new DOMSource(element), new StreamResult(out));
    } catch (TransformerException e) {
      throw new IllegalStateException("a document that was read cannot be written", e);
    }
    return out.toString();
  }

  static List<Element> children(Element parent, String name) {
    var found = new ArrayList<Element>();
    for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
      if (child instanceof Element element && element.getNodeName().equals(name)) {
        found.add(element);
      }
    }
    return found;
  }

  /// The first at the end of a path: `os`, `boot`.
  static Optional<Element> child(Element parent, String... path) {
    var at = Optional.of(parent);
    for (var name : path) {
      at = at.flatMap(element -> children(element, name).stream().findFirst());
    }
    return at;
  }

  /// Its text without the space around it; empty where it is not there.
  static String textOf(Element parent, String... path) {
    return child(parent, path).map(element -> element.getTextContent().strip()).orElse("");
  }

  static String escaped(String text) {
    return text.replaceAll("\\p{Cntrl}", " ")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("'", "&apos;")
        .replace("\"", "&quot;");
  }
}
