package dev.yamabiko.slices;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** For the JVM's flight recorder: a slice hands its new weights to all workers' connections. */
@Name("dev.yamabiko.Broadcast")
@Label("Broadcast")
@Category("Yamabiko")
@Description(
    "A slice hands its new weights to the connections of all workers; they go by themselves")
@StackTrace(false)
final class BroadcastEvent extends Event {

  @Label("Slice")
  int slice;

  @Label("Step")
  @Description("That is to be computed with these weights")
  long step;

  @Label("Workers")
  int workers;

  @Label("Floats")
  @Description("Parameters of the slice, sent to each worker")
  int floats;

  /** If anybody records it. */
  void done(int ofSlice, long ofStep, int to, int length) {
    end();
    if (shouldCommit()) {
      slice = ofSlice;
      step = ofStep;
      workers = to;
      floats = length;
      commit();
    }
  }
}
