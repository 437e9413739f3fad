package dev.yamabiko.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

final class BarChartTest {

  private static final Results RESULTS =
      new Results(
          List.of(
              Results.HEADER,
              "1,17,yamabiko,mlp-32-2,300.0,1.00,2.3,0.1,99,1.0",
              "1,17,peer,mlp-32-2,150.0,1.00,2.3,0.1,99,1.0",
              "1,17,broken,mlp-32-2,,,,,,"));

  @Test
  void shouldDrawBarsAsHighAsTheirRates() throws Exception {
    String svg = new BarChart(RESULTS, "17", List.of("commit <none> & more")).svg();
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    NodeList bars = document.getElementsByTagName("rect");
    // Three in the legend, two of those who finished.
    assertEquals(5, bars.getLength());
    assertEquals(2, height(bars.item(3)) / height(bars.item(4)), 1e-3);
    assertTrue(document.getDocumentElement().getTextContent().contains("2.00 x the best peer"));
    assertTrue(document.getDocumentElement().getTextContent().contains("commit <none> & more"));
  }

  @Test
  void shouldDivideTheAxisIntoFourToTenParts() {
    for (double most = 10; most < 1000; most *= 1.07) {
      double parts = most / BarChart.tick(most);
      assertTrue(parts >= 4 && parts <= 10, most + " in " + parts);
    }
  }

  private static double height(Node bar) {
    return Double.parseDouble(((Element) bar).getAttribute("height"));
  }
}
