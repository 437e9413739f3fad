package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonTest {

  @Test
  void shouldKeepTheOrderOfKeys() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("z", 1);
    object.put("a", "x\"y");
    object.put("m", List.of(1L, true));
    assertEquals("{\"z\":1,\"a\":\"x\\\"y\",\"m\":[1,true]}", CanonicalJson.of(object));
  }

  @Test
  void shouldWriteNullForNumbersThatJsonLacks() {
    Map<String, Object> inner = new LinkedHashMap<>();
    inner.put("nan", Double.NaN);
    inner.put("infinity", Double.NEGATIVE_INFINITY);
    inner.put("none", null);
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("inner", inner);
    object.put("list", List.of(Double.NaN, 1.5));
    assertEquals(
        "{\"inner\":{\"nan\":null,\"infinity\":null,\"none\":null},\"list\":[null,1.5]}",
        CanonicalJson.of(object));
  }

  /** Before JDK 19, Double.toString writes 2e23 and some others with more digits than needed. */
  @ParameterizedTest
  @CsvSource({"2.0E-3, 0.002", "2e23, 2.0E23", "8.41E21, 8.41E21", "0.1, 0.1", "100, 100.0"})
  void shouldWriteTheShortestDecimal(double value, String expected) {
    assertEquals("[" + expected + "]", CanonicalJson.of(List.of(value)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", " null ", "", "1", "\"a\"", "[{}]", "{} {}", "{"})
  void shouldRefuseWhatIsNoObject(String text) {
    assertThrows(IllegalArgumentException.class, () -> CanonicalJson.object(text));
  }

  @Property
  void shouldReadBackTheSameDouble(@ForAll double value) {
    String json = CanonicalJson.of(List.of(value));
    assertEquals(value, Double.parseDouble(json.substring(1, json.length() - 1)));
  }
}
