package dev.yamabiko.protocol;

import dev.yamabiko.job.Extensions;
import dev.yamabiko.tensor.KernelFingerprint;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What decides a node's bits: its kernels, and the extensions by which it reads jobs. Travels as
 * one text in {@link WorkerHello}; without extensions that is the kernels' fingerprint alone.
 *
 * @param kernels see {@link KernelFingerprint}
 * @param extensions SHA-256 of each one's content, by category and kind: "layer.swish"
 */
public record Fingerprint(String kernels, SortedMap<String, String> extensions) {

  private static final int SHOWN = 12;

  public Fingerprint {
    extensions = Collections.unmodifiableSortedMap(new TreeMap<>(extensions));
  }

  public static Fingerprint ofThisJvm() {
    return new Fingerprint(KernelFingerprint.ofThisJvm(), Extensions.ofThisJvm().hashes());
  }

  /** The kernels' fingerprint, then a word "layer.swish=SHA-256" for each extension. */
  public String text() {
    StringBuilder text = new StringBuilder(kernels);
    extensions.forEach((name, sha256) -> text.append(' ').append(name).append('=').append(sha256));
    return text.toString();
  }

  /** Of whatever calls itself one. */
  public static Fingerprint parse(String text) {
    String[] words = text.split(" ", -1);
    SortedMap<String, String> extensions = new TreeMap<>();
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      extensions.put(words[i].substring(0, Math.max(0, equals)), words[i].substring(equals + 1));
    }
    return new Fingerprint(words[0], extensions);
  }

  /**
   * Why another node does not compute what this one would, for people; empty if it does. What it
   * has beside this one's extensions does not count: no job that this one reads can name it.
   */
  public Optional<String> difference(Fingerprint other) {
    if (!kernels.equals(other.kernels)) {
      return Optional.of(
          "its kernels give other bits than the coordinator's: expected the fingerprint %s... but found %s...; same JDK, CPU and flags on all nodes mend that"
              .formatted(shown(kernels), shown(other.kernels)));
    }
    for (Map.Entry<String, String> own : extensions.entrySet()) {
      String found = other.extensions.get(own.getKey());
      if (!own.getValue().equals(found)) {
        String name = own.getKey().replace('.', ' ');
        return Optional.of(
            "%s: expected the SHA-256 %s... but found %s; the same jars in --extensions on all nodes mend that"
                .formatted(
                    found == null
                        ? "it lacks the coordinator's extension " + name
                        : "its extension " + name + " is another than the coordinator's",
                    shown(own.getValue()),
                    found == null ? "none" : shown(found) + "..."));
      }
    }
    return Optional.empty();
  }

  private static String shown(String hash) {
    return hash.substring(0, Math.min(SHOWN, hash.length()));
  }
}
