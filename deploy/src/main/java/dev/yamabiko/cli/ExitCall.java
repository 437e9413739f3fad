package dev.yamabiko.cli;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;

/**
 * Code that ends the process by itself, as an extension may: its thread stays where it is while
 * hooks run. A signal comes by another way, and what this command ends with does not count.
 *
 * <p>The JVM shows no stacks of virtual threads. But whatever else ends a process shows: a signal
 * by the thread that handles it, and a main thread that has nothing more to do by the one that
 * shuts the JVM down; where neither is there, a virtual thread has called.
 */
final class ExitCall {

  private ExitCall() {}

  /**
   * Where the call stands: class, method, file and line, or that a virtual thread has made it.
   *
   * @param stacks of all threads
   */
  static Optional<String> among(Collection<StackTraceElement[]> stacks) {
    boolean shown = false;
    for (StackTraceElement[] stack : stacks) {
      shown |= Arrays.stream(stack).anyMatch(ExitCall::isOfShutdown);
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
    return shown ? Optional.empty() : Optional.of("code in a virtual thread");
  }

  private static boolean isOfShutdown(StackTraceElement frame) {
    return frame.getClassName().equals("java.lang.Shutdown");
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
