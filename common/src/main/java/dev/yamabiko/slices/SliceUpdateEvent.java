package dev.yamabiko.slices;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** For the JVM's flight recorder: a slice sums contributions and applies the optimizer's step. */
@Name("dev.yamabiko.SliceUpdate")
@Label("Slice Update")
@Category("Yamabiko")
@Description(
    "A slice finishes the sum of a step's contributions and applies the optimizer's step; with"
        + " clipping by norm it waits for the other slices in between")
@StackTrace(false)
final class SliceUpdateEvent extends Event {

  @Label("Slice")
  int slice;

  @Label("Step")
  long step;

  @Label("Floats")
  @Description("Parameters of the slice")
  int floats;

  /** If anybody records it. */
  void done(int ofSlice, long ofStep, int length) {
    end();
    if (shouldCommit()) {
      slice = ofSlice;
      step = ofStep;
      floats = length;
      commit();
    }
  }
}
