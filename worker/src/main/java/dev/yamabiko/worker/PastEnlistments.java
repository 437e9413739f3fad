package dev.yamabiko.worker;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The tokens of enlistments that have ended: a call for one of them is late or doubled, and must
 * not take the worker out of the run that came after. The last of them are enough, as nothing is
 * late for long.
 */
public final class PastEnlistments {

  private static final int MOST = 1000;

  private final Set<String> tokens = new LinkedHashSet<>();

  public void add(String token) {
    tokens.add(token);
    if (tokens.size() > MOST) {
      tokens.remove(tokens.iterator().next());
    }
  }

  public boolean contains(String token) {
    return tokens.contains(token);
  }
}
