package dev.yamabiko.cli;

/** Jobs that help names. A distribution has them elsewhere, and its launcher says where. */
final class ExampleJobs {

  private static final String DIRECTORY = "${sys:yamabiko.jobs:-deploy/jobs}";

  static final String DIGITS = DIRECTORY + "/digits.conf";
  static final String SPIRALS_SWEEP = DIRECTORY + "/spirals-sweep.conf";

  private ExampleJobs() {}
}
