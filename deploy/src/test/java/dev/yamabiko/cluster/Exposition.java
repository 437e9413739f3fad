package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page of Prometheus' text format, version 0.0.4, read strictly: each metric has one HELP and one
 * TYPE line before its samples, which stand together; names, labels, escapes and values are what
 * the format allows; no sample comes twice; a histogram's buckets rise and end with its count.
 */
final class Exposition {

  record Family(String name, String type, String help, List<Sample> samples) {}

  record Sample(String name, Map<String, String> labels, double value) {}

  private static final Pattern HEADER =
      Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)(?: (-?\\d+))?");
  private static final Pattern LABEL =
      Pattern.compile("\\G([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\[\\\\\"n])*)\"(?:,|$)");
  private static final Set<String> TYPES =
      Set.of("counter", "gauge", "histogram", "summary", "untyped");

  private final Map<String, Family> families = new LinkedHashMap<>();

  /** Asserts that it is one. */
  static Exposition parse(String page) {
    assertTrue(page.endsWith("\n"), "the last line is not ended");
    Exposition parsed = new Exposition();
    String help = null;
    Family open = null;
    for (String line : page.substring(0, page.length() - 1).split("\n", -1)) {
      Matcher header = HEADER.matcher(line);
      if (!header.matches()) {
        assertNotNull(open, line);
        assertNull(help, "a HELP without a TYPE before " + line);
        open.samples().add(sample(line, open));
      } else if (header.group(1).equals("HELP")) {
        assertNull(help, line);
        assertTrue(header.group(3).matches("(?:[^\\\\]|\\\\[\\\\n])*"), line);
        help = header.group(2) + " " + header.group(3);
      } else {
        String name = header.group(2);
        assertNotNull(help, "no HELP before " + line);
        assertTrue(help.startsWith(name + " "), help + " before " + line);
        assertTrue(TYPES.contains(header.group(3)), line);
        open =
            new Family(name, header.group(3), help.substring(name.length() + 1), new ArrayList<>());
        assertNull(parsed.families.put(name, open), name + " comes twice");
        help = null;
      }
    }
    parsed.families.values().forEach(Exposition::check);
    return parsed;
  }

  private static Sample sample(String line, Family family) {
    Matcher sample = SAMPLE.matcher(line);
    assertTrue(sample.matches(), line);
    String name = sample.group(1);
    String suffix = name.startsWith(family.name()) ? name.substring(family.name().length()) : "?";
    Set<String> suffixes =
        switch (family.type()) {
          case "histogram" -> Set.of("_bucket", "_sum", "_count");
          case "summary" -> Set.of("", "_sum", "_count");
          default -> Set.of("");
        };
    assertTrue(suffixes.contains(suffix), line + " is no sample of " + family.name());
    Map<String, String> labels = new TreeMap<>();
    if (sample.group(2) != null) {
      Matcher label = LABEL.matcher(sample.group(2));
      int end = 0;
      while (label.find()) {
        String value =
            label.group(2).replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
        assertNull(labels.put(label.group(1), value), line);
        end = label.end();
      }
      assertEquals(sample.group(2).length(), end, line);
    }
    return new Sample(name, labels, number(sample.group(3)));
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  private static void check(Family family) {
    assertTrue(!family.samples().isEmpty(), family.name() + " has no samples");
    long different =
        family.samples().stream().map(s -> List.of(s.name(), s.labels())).distinct().count();
    assertEquals(different, family.samples().size(), family.name() + " has a sample twice");
    if (family.type().equals("counter")) {
      family.samples().forEach(sample -> assertTrue(sample.value() >= 0, sample.toString()));
    }
    if (family.type().equals("histogram")) {
      Map<Map<String, String>, Sample> last = new LinkedHashMap<>();
      for (Sample sample : family.samples()) {
        if (sample.name().endsWith("_bucket")) {
          Map<String, String> labels = new TreeMap<>(sample.labels());
          double bound = number(labels.remove("le"));
          Sample before = last.put(labels, sample);
          if (before != null) {
            assertTrue(number(before.labels().get("le")) < bound, sample.toString());
            assertTrue(before.value() <= sample.value(), sample.toString());
          }
        }
      }
      last.forEach(
          (labels, sample) -> {
            assertEquals("+Inf", sample.labels().get("le"), sample.toString());
            assertEquals(1, having(family, "_count", labels, sample.value()), sample.toString());
          });
      assertEquals(
          last.size(), family.samples().stream().filter(s -> s.name().endsWith("_sum")).count());
      assertEquals(
          last.size(), family.samples().stream().filter(s -> s.name().endsWith("_count")).count());
    }
  }

  private static long having(
      Family family, String suffix, Map<String, String> labels, double value) {
    return family.samples().stream()
        .filter(s -> s.name().endsWith(suffix) && s.labels().equals(labels) && s.value() == value)
        .count();
  }

  Map<String, Family> families() {
    return families;
  }

  /** The only sample with this name and all of these labels. */
  double value(String name, String... labels) {
    Map<String, String> wanted = new TreeMap<>();
    for (int i = 0; i < labels.length; i += 2) {
      wanted.put(labels[i], labels[i + 1]);
    }
    List<Sample> found =
        families.values().stream()
            .flatMap(family -> family.samples().stream())
            .filter(s -> s.name().equals(name))
            .filter(s -> s.labels().entrySet().containsAll(wanted.entrySet()))
            .toList();
    assertEquals(1, found.size(), name + wanted + ": " + found);
    return found.get(0).value();
  }
}
