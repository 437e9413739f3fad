package dev.yamabiko.cli;

import dev.yamabiko.job.HeapNeed;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Says that memory does not suffice where none is left to say it with: all is made before. */
record NoMemory(OutputStream out, OutputStream err, byte[] answer, byte[] error) {

  static NoMemory of(boolean json) {
    String words = HeapNeed.outOfMemory();
    String answer = json ? "{\"error\":\"%s\",\"status\":\"failed\"}%n".formatted(words) : "";
    return new NoMemory(
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err),
        utf8(answer),
        utf8("yamabiko: %s%n".formatted(words)));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Ends the process. */
  void end() {
    say();
    Runtime.getRuntime().halt(1); // hooks would need memory, too
  }

  /** Of a thread that has died: the command may wait for what that was to do. */
  void uncaught(Thread thread, Throwable e) {
    if (HeapNeed.isOutOfMemory(e)) {
      end();
    }
    System.err.print("Exception in thread \"" + thread.getName() + "\" ");
    e.printStackTrace();
  }

  private void say() {
    try {
      err.write(error);
      out.write(answer);
    } catch (IOException e) {
      // Nobody listens.
    }
  }
}
