package dev.yamabiko.cli;

import java.util.Collection;
import java.util.Optional;

/**
 * Code that ends the process by itself, as an extension may: its thread stays where it is while
 * hooks run. A signal comes by another way, and what this command ends with does not count.
 */
final class ExitCall {

  private ExitCall() {}

  /**
   * Where the call stands: class, method, file and line.
   *
   * @param stacks of all threads
   */
  static Optional<String> among(Collection<StackTraceElement[]> stacks) {
    for (StackTraceElement[] stack : stacks) {
      for (int i = stack.length - 2; i >= 0; i--) {
        if (is(stack[i], "java.lang.Runtime", "exit")) {
          StackTraceElement caller = stack[i + 1];
          boolean bySystem = is(caller, "java.lang.System", "exit") && i + 2 < stack.length;
          StackTraceElement whose = bySystem ? stack[i + 2] : caller;
          if (!whose.getClassName().equals(Main.class.getName())) {
            return Optional.of(describe(whose));
          }
        }
      }
    }
    return Optional.empty();
  }

  private static boolean is(StackTraceElement frame, String type, String method) {
    return frame.getClassName().equals(type) && frame.getMethodName().equals(method);
  }

  /** "example.Bad.make (Bad.java:12)". */
  private static String describe(StackTraceElement frame) {
    return "%s.%s (%s:%d)"
        .formatted(
            frame.getClassName(),
            frame.getMethodName(),
            frame.getFileName(),
            frame.getLineNumber());
  }
}
