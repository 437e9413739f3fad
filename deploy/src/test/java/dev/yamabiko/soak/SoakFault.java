package dev.yamabiko.soak;

import java.util.Random;

/**
 * Something that goes wrong, or a user does.
 *
 * @param delayMillis since the one before
 * @param victim which of those that it may meet
 * @param lastsMillis of what ends by itself
 */
record SoakFault(Kind kind, int delayMillis, int victim, int lastsMillis) {

  enum Kind {
    /** SIGKILL; another one starts in its place, under a new name. */
    KILL_WORKER,
    /** SIGTERM, which has to end it with 0 once it has begun; another one starts, as above. */
    TERMINATE_WORKER,
    /** SIGSTOP, and SIGCONT some time later. */
    PAUSE_WORKER,
    /** SIGKILL and start again. */
    KILL_COORDINATOR,
    KILL_PARAMETERS,
    /** Clients follow a job's events, and are gone in the middle of one. */
    LOSE_CLIENTS
  }

  /** Coordinators die less often than workers. */
  private static final Kind[] DRAWN = {
    Kind.KILL_WORKER,
    Kind.KILL_WORKER,
    Kind.TERMINATE_WORKER,
    Kind.PAUSE_WORKER,
    Kind.PAUSE_WORKER,
    Kind.KILL_COORDINATOR,
    Kind.KILL_PARAMETERS,
    Kind.LOSE_CLIENTS,
    Kind.LOSE_CLIENTS
  };

  static SoakFault random(Random random) {
    return new SoakFault(
        DRAWN[random.nextInt(DRAWN.length)],
        2000 + random.nextInt(6000),
        random.nextInt(1 << 10),
        500 + random.nextInt(12_000));
  }
}
