package dev.yamabiko.cli;

import dev.yamabiko.coordinator.DiskWatch;
import dev.yamabiko.local.SingleNode;

/** Says what a run in this JVM cannot write, and ends one that cannot go on without. */
record DiskNotices(Session session, SingleNode.Cancellation cancellation) implements DiskWatch {

  @Override
  public void failed(String why) {
    cancellation.cancel(why);
  }

  @Override
  public void warned(String why) {
    say(why);
  }

  @Override
  public void recovered(String how) {
    say(how);
  }

  /** Below the bar, if there is one. */
  private void say(String text) {
    String line = session.terminal().interactive() ? System.lineSeparator() : "";
    session.err().println(line + "yamabiko: " + text);
  }
}
