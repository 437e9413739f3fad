package dev.yamabiko.protocol;

/** Which run, and in which term: a message of a lower term is refused everywhere. */
public record RunKey(String run, long term) {
  @Override
  public String toString() {
    return run + "/" + term;
  }
}
