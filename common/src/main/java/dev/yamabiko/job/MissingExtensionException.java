package dev.yamabiko.job;

/** A job was made with an extension that is not here at all. */
public final class MissingExtensionException extends JobException {
  private static final long serialVersionUID = 1L;

  private final transient ExtensionDifference difference;

  /**
   * @param place where the job names it
   * @param name by category and kind: "layer.swish"
   * @param sha256 of what the job was made with
   */
  MissingExtensionException(String place, String name, String sha256) {
    super(
        "%s: this job uses an extension that is not here, %s; give its jar by --extensions or YAMABIKO_EXTENSIONS"
            .formatted(place, Extensions.quoted(name)));
    difference = ExtensionDifference.missing(place, name, sha256);
  }

  public ExtensionDifference difference() {
    return difference;
  }
}
