package dev.yamabiko.api;

import org.slf4j.LoggerFactory;

/**
 * Hears how a run goes: of the end of each epoch, and of more where it wants to. One call at a
 * time, in order. A run in this JVM waits for it, however long it takes: at most until its second
 * checkpoint it goes on alone, and ends when all has been heard. So it ought to return soon. A job
 * on a coordinator does not wait: of the steps that wait for a slow listener there, the oldest are
 * left out. What it throws ends the run, or the following of the job.
 */
@FunctionalInterface
public interface ProgressListener {

  /** An epoch has ended. */
  void onEpoch(Progress progress);

  /** A step has been taken; of a small model, thousands in a second. */
  default void onStep(Progress progress) {}

  /**
   * One line that people should know: that the slow kernels compute, that the disk is full, what a
   * column lacks, that the connection to a coordinator is lost. Unless it is heard, it is logged.
   */
  default void onNotice(String notice) {
    LoggerFactory.getLogger(ProgressListener.class).warn(notice);
  }
}
