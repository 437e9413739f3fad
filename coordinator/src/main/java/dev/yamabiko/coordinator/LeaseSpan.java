package dev.yamabiko.coordinator;

/**
 * The steps that have been leased, and when it is time to lease more: so long before they end that
 * workers hear of it in time and need not wait.
 */
final class LeaseSpan {

  /** Of a lease; what is left of it then. */
  private static final int LEAD = 4;

  private final long most;
  private long until;
  private long lead;

  /**
   * @param from the open step
   * @param length of the lease, in steps
   * @param most no step from this one on is leased
   */
  LeaseSpan(long from, long length, long most) {
    this.most = most;
    until = from;
    extend(length);
  }

  /** All steps before it are leased. */
  long until() {
    return until;
  }

  /** Whether more steps may be leased, and should be now that this step is open. */
  boolean isTimeToExtend(long step) {
    return until < most && until - step == lead;
  }

  /** By so many steps. */
  void extend(long length) {
    long from = until;
    until = Math.min(most, from + length);
    lead = Math.max(1, (until - from) / LEAD);
  }
}
