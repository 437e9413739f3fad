package dev.yamabiko.model;

import dev.yamabiko.job.ExtensionDifference;
import dev.yamabiko.job.MissingExtensionException;

/**
 * A layer or the loss of a model is an extension that has other content here than where the model
 * was trained: what it said then, it would not say now. Or its job uses one that is not here.
 */
public final class OtherExtensionException extends ModelException {
  private static final long serialVersionUID = 1L;

  private final transient ExtensionDifference difference;

  OtherExtensionException(ExtensionDifference difference) {
    super(difference.describe() + "; give the jar that the model was trained with");
    this.difference = difference;
  }

  OtherExtensionException(String message, MissingExtensionException e) {
    super(message, e);
    difference = e.difference();
  }

  public ExtensionDifference difference() {
    return difference;
  }
}
