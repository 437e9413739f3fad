package dev.yamabiko.protocol;

/**
 * Which run, and in which term: a message of a lower term is refused everywhere.
 *
 * @param lineage how often the run has begun anew from earlier weights inside this term; refused
 *     like a term
 */
public record RunKey(String run, long term, int lineage) {

  public RunKey(String run, long term) {
    this(run, term, 0);
  }

  public RunKey nextLineage() {
    return new RunKey(run, term, lineage + 1);
  }

  /** Whether both are of one run and term; who speaks from outside knows no lineage. */
  public boolean isOfSameTerm(RunKey other) {
    return run.equals(other.run) && term == other.term;
  }

  /** Whether the other key, of the same run, fences this one. */
  public boolean isOlderThan(RunKey other) {
    return term < other.term || term == other.term && lineage < other.lineage;
  }

  @Override
  public String toString() {
    return run + "/" + term + (lineage == 0 ? "" : "." + lineage);
  }
}
