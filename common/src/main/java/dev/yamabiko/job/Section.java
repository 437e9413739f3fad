package dev.yamabiko.job;

import java.util.List;

/** An object of the job, all of whose keys are known. */
record Section(Node node, List<String> known) {

  /** The value of this key, or the place where it is missing. */
  Node at(String key) {
    if (!known.contains(key)) {
      throw new IllegalArgumentException(key + " is not among the known keys " + known);
    }
    return node.child(key);
  }
}
