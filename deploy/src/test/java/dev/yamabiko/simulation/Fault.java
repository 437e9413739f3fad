package dev.yamabiko.simulation;

/**
 * One fault of a plan: happens once, to or at the first message of its place that the worker sends
 * or is sent in this step, of this slice; if nothing fits exactly, soon after.
 *
 * @param worker by number, from 0
 * @param slice only of messages with floats
 * @param millis how long it lasts, or until the node starts again
 */
record Fault(Kind kind, Place place, int worker, long step, int slice, int millis) {

  Fault {
    if (!kind.canBeAt(place)) {
      throw new IllegalArgumentException("a fault of kind %s at %s".formatted(kind, place));
    }
  }

  enum Kind {
    /** The worker's process ends in the middle of what it does, and starts anew. */
    CRASH(false),
    /** As a crash, and what starts has another name. */
    REPLACE(false),
    /** The worker's process stands still, and then goes on. */
    HANG(false),
    /** The worker leaves in good order, and starts anew. */
    LEAVE(false),
    /** Another worker joins. */
    JOIN(false),
    /** A task of the worker throws an exception. */
    TASK_FAILURE(false),
    /** The coordinator's process ends, and starts anew from the disk. */
    COORDINATOR_CRASH(false),
    /** Another coordinator takes over, and the old one goes on for a while as if it had not. */
    ZOMBIE(false),
    /** A user cancels the run, and resumes it once it has ended. */
    CANCEL(false),
    /** The message, and what comes after it, is late. */
    DELAY(true),
    /** The message is lost; on a connection, with it and all that is on its way. */
    DROP(true),
    /** The message arrives twice. */
    DUPLICATE(true),
    /** The message arrives after others that were sent later. */
    REORDER(true),
    /** A bit of a frame is flipped. */
    CORRUPT(true),
    /** The worker computes a wrong bit. */
    WRONG_BIT(true);

    private final boolean ofMessage;

    Kind(boolean ofMessage) {
      this.ofMessage = ofMessage;
    }

    /** Happens to the message, not to a node. */
    boolean isOfMessage() {
      return ofMessage;
    }

    /** Whether it only shows later if it has done anything. */
    boolean showsLater() {
      return this == REORDER || this == CORRUPT || this == ZOMBIE || this == CANCEL;
    }

    boolean canBeAt(Place place) {
      return switch (this) {
        case TASK_FAILURE -> place == Place.TASK;
        case CORRUPT -> place.isBulk();
        case WRONG_BIT -> place == Place.CONTRIBUTION;
        default -> !ofMessage || place != Place.TASK;
      };
    }
  }

  enum Place {
    /** Where a worker reads an example. */
    TASK,
    /** To the worker, on the bulk connection. */
    WEIGHTS,
    /** To a slice, on the bulk connection. */
    CONTRIBUTION,
    /** To the worker, from the run. */
    CONTROL,
    /** To the run, from the worker. */
    ANSWER;

    boolean isBulk() {
      return this == WEIGHTS || this == CONTRIBUTION;
    }
  }

  /** After so many steps without the very message, others will do. */
  private static final int PATIENCE = 2;

  boolean meets(Place at, int ofWorker, long inStep, int ofSlice) {
    return at == place
        && inStep >= step
        && (inStep > step + PATIENCE
            || ofWorker == worker && (ofSlice == slice || !place.isBulk() || inStep > step));
  }

  @Override
  public String toString() {
    return "%s/%s/%d/%d/%d/%d".formatted(kind, place, worker, step, slice, millis);
  }

  /**
   * @throws IllegalArgumentException if it is none
   */
  static Fault parse(String text) {
    String[] parts = text.split("/");
    if (parts.length != 6) {
      throw new IllegalArgumentException(
          "a fault is kind/place/worker/step/slice/millis, but found " + text);
    }
    return new Fault(
        Kind.valueOf(parts[0]),
        Place.valueOf(parts[1]),
        Integer.parseInt(parts[2]),
        Long.parseLong(parts[3]),
        Integer.parseInt(parts[4]),
        Integer.parseInt(parts[5]));
  }
}
