package dev.yamabiko.job;

/**
 * An extension that a job was made with and that has other content here, or is not here.
 *
 * @param place where the job names it
 * @param name by category and kind: "layer.swish"
 * @param expected SHA-256 of what the job was made with
 * @param found that of what is here, or "none"
 * @param where what is here lies; empty if nothing is
 */
public record ExtensionDifference(
    String place, String name, String expected, String found, String where) {

  private static final String NONE = "none";

  static ExtensionDifference missing(String place, String name, String expected) {
    return new ExtensionDifference(place, name, expected, NONE, "");
  }

  /** In one line, with the files that it is about. */
  public String describe() {
    return "%s: the job was made with another extension of this name: expected the SHA-256 %s but found %s%s"
        .formatted(place, expected, found, where.isEmpty() ? "" : " (" + where + ")");
  }

  /** What is to be said to those who shall not know this machine's files. */
  public String describeByName() {
    return found.equals(NONE)
        ? "it was made with the extension %s, which is not here: expected the SHA-256 %s"
            .formatted(Extensions.inWords(name), expected)
        : "it was made with another extension %s: expected the SHA-256 %s but found %s"
            .formatted(Extensions.inWords(name), expected, found);
  }
}
