package dev.yamabiko.job;

import java.util.HashMap;
import java.util.Map;

/**
 * Where each key of a job was written, for messages about what only shows once the data is there.
 * It is no part of what a job means: all places are equal, so jobs compare by content.
 */
public final class Places {
  static final Places UNKNOWN = new Places(Map.of());

  private final Map<String, String> places;

  private Places(Map<String, String> places) {
    this.places = Map.copyOf(places);
  }

  static Places of(Node root) {
    Map<String, String> places = new HashMap<>();
    collect(root, places);
    return new Places(places);
  }

  private static void collect(Node node, Map<String, String> places) {
    for (Node child : node.children()) {
      places.put(child.key(), child.place());
      collect(child, places);
    }
  }

  /** "digits.conf:14: model[3]" for the key path "model[3]"; the key alone if nothing is known. */
  public String of(String key) {
    return places.getOrDefault(key, key);
  }

  boolean isKnown(String key) {
    return places.containsKey(key);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Places;
  }

  @Override
  public int hashCode() {
    return 0;
  }

  @Override
  public String toString() {
    return places.size() + " places";
  }
}
