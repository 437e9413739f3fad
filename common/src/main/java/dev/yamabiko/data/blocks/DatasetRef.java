package dev.yamabiko.data.blocks;

import java.util.regex.Pattern;

/**
 * Names a run's data for those who fetch it.
 *
 * @param contentSha256 SHA-256 of the {@link BlockManifest}, in lower-case hexadecimal
 * @param bytes of the content
 * @param dataSha256 the {@link dev.yamabiko.data.DatasetHash}
 */
public record DatasetRef(String contentSha256, long bytes, String dataSha256) {

  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  public DatasetRef {
    // It comes from the network and becomes a file's name.
    requireSha256("contentSha256", contentSha256);
    requireSha256("dataSha256", dataSha256);
    BlockManifest.requireLength(bytes);
  }

  private static void requireSha256(String name, String value) {
    if (!SHA_256.matcher(value).matches()) {
      throw new IllegalArgumentException(
          name + " is expected to be 64 lower-case hexadecimal digits but got '" + value + "'");
    }
  }
}
