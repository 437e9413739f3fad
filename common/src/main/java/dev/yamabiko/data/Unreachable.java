package dev.yamabiko.data;

import java.util.function.BooleanSupplier;

/**
 * What this process has mapped and no longer reaches. The system frees the disk of a deleted file
 * only once it is mapped no more, and Java unmaps it only when it collects garbage, for which a
 * full disk is no reason by itself.
 */
public final class Unreachable {

  /** With all shorter ones four seconds; whoever has waited in vain evicts or refuses something. */
  private static final long LONGEST_WAIT_MILLIS = 2048;

  private Unreachable() {}

  /** Collects it and waits a little; whether that was enough. */
  public static boolean isCollectedUntil(BooleanSupplier enough) {
    System.gc();
    try {
      for (long millis = 1; millis <= LONGEST_WAIT_MILLIS; millis *= 2) {
        if (enough.getAsBoolean()) {
          return true;
        }
        Thread.sleep(millis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return enough.getAsBoolean();
  }
}
