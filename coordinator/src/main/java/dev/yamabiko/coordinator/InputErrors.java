package dev.yamabiko.coordinator;

import dev.yamabiko.data.DataException;
import dev.yamabiko.job.JobException;
import dev.yamabiko.model.ModelException;
import dev.yamabiko.nn.ShapeMismatchException;
import dev.yamabiko.wire.UnusableAddressException;
import dev.yamabiko.wire.tls.TlsException;

/** Tells what a user got wrong from what went wrong. */
public final class InputErrors {

  private InputErrors() {}

  /**
   * Whether a job, its data, a model, an address or certificates cannot be used; the message is for
   * the user.
   */
  public static boolean isInput(Throwable e) {
    return e instanceof JobException
        || e instanceof DataException
        || e instanceof ModelException
        || e instanceof ShapeMismatchException
        || e instanceof UnusableAddressException
        || e instanceof TlsException;
  }
}
