package dev.yamabiko.job;

import java.nio.file.Path;

/** What paths in the text of a job mean, where they are not simply relative to a folder. */
public interface PathRule {

  /**
   * @param written as it stands in the job
   * @return an absolute path
   * @throws IllegalArgumentException if the job may not name it; the message says what it may, and
   *     is shown behind file, line and key
   */
  Path path(String written);
}
