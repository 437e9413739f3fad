package dev.yamabiko.coordinator.http;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many connections the server takes at once; further ones wait. Each is an open file, and where
 * those run short, leases, checkpoints and workers must still get theirs.
 */
final class ConnectionLimit {

  private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimit.class);

  /** A node that stands by needs another one for each, to pass requests on. */
  private static final int SHARE = 3;

  private ConnectionLimit() {}

  /**
   * @param most where files suffice
   */
  static int ofThisProcess(int most) {
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)) {
      return most;
    }
    long files = unix.getMaxFileDescriptorCount();
    int limit = of(most, files, unix.getOpenFileDescriptorCount());
    if (limit < most) {
      LOG.info("takes at most connections={} at once, for files={} may be open", limit, files);
    }
    return limit;
  }

  /**
   * @param files that may be open; negative if the system does not tell
   * @param open before the first connection
   */
  static int of(int most, long files, long open) {
    return files < 0 ? most : (int) Math.max(1, Math.min(most, (files - open) / SHARE));
  }
}
