package dev.yamabiko.cli;

import dev.yamabiko.cli.log.StandardError;
import dev.yamabiko.job.HeapNeed;
import dev.yamabiko.model.CanonicalJson;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What one call of the command talks to.
 *
 * @param workingDirectory what the user's relative paths are relative to
 * @param json a script reads standard output: text for people goes to standard error
 */
record Session(
    PrintStream out,
    PrintStream err,
    Path workingDirectory,
    Terminal terminal,
    boolean json,
    Interruption interruption,
    AtomicBoolean answered) {

  Session(
      PrintStream out,
      PrintStream err,
      Path workingDirectory,
      Terminal terminal,
      boolean json,
      Interruption interruption) {
    this(out, err, workingDirectory, terminal, json, interruption, new AtomicBoolean());
  }

  /** The command's answer for people. */
  void print(String text) {
    (json ? err : out).println(text);
  }

  /** Of what is {@link #print printed}. */
  Ink ink() {
    return json ? terminal.err() : terminal.out();
  }

  /** What went wrong, in one line. */
  void complain(String error) {
    if (err instanceof StandardError structured && structured.isJson()) {
      structured.complain(error);
    } else {
      err.println(terminal.err().bad("yamabiko:") + " " + error);
    }
  }

  /** The one JSON object, the last line of standard output; only where it was asked for. */
  void answer(String object) {
    if (json && answered.compareAndSet(false, true)) {
      out.println(object);
    }
  }

  void answer(Map<String, ?> object) {
    answer(CanonicalJson.of(object));
  }

  /** One line for people, and the answer of what came to nothing. */
  void fail(String error) {
    // Before a word, as it may need memory that is not there.
    String answer = without("failed", error);
    complain(error);
    answer(answer);
  }

  /** The last words of a command that leaves nothing behind. */
  void interrupted() {
    err.println();
    err.println("yamabiko: interrupted; nothing has been saved");
    answer(without("cancelled", "interrupted"));
  }

  /** The last words of a node that was told to end while it started, or has not ended in time. */
  void endedAlone(String node) {
    complain(node + " has ended, without a goodbye");
  }

  /**
   * The same where code of somebody else's has ended the process.
   *
   * @param call where that stands
   */
  void ended(String call) {
    err.println();
    if (call.startsWith("akka.")) {
      // It has logged the error, and ends the process of a node that cannot go on.
      fail(
          "a thread has died of an error, and the node ends with it; if that was for want of memory: "
              + HeapNeed.outOfMemory());
      return;
    }
    fail("%s has ended this process by System.exit, which no extension may call".formatted(call));
  }

  private static String without(String status, String error) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("status", status);
    object.put("error", error);
    return CanonicalJson.of(object);
  }
}
