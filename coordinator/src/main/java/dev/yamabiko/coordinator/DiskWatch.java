package dev.yamabiko.coordinator;

/** Hears how a run's directory fares; from any thread, one call at a time. */
@FunctionalInterface
public interface DiskWatch {

  /** What the run does cannot be kept any more: it has to end. */
  void failed(String why);

  /** Something cannot be written at present, a full disk for instance; the run goes on. */
  default void warned(String why) {}

  /** The checkpoint of this step is on the disk. */
  default void kept(long step) {}

  /** What could not be written is on the disk. */
  default void recovered(String how) {}
}
