package dev.yamabiko.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.yamabiko.data.OneLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;

/**
 * What a command says on standard error: text, or, from {@link #asJson} on, an object for each
 * line, so that a program that reads the log beside it there finds nothing else.
 */
public final class StandardError extends PrintStream {

  private static final String LOGGER = "dev.yamabiko.cli";
  private static final String BEGINNING = "yamabiko: ";

  private final Lines lines;

  private StandardError(Lines lines) {
    super(lines, true, StandardCharsets.UTF_8);
    this.lines = lines;
  }

  public static StandardError of(OutputStream out) {
    return new StandardError(new Lines(out));
  }

  /** Stays so. */
  public void asJson() {
    lines.asJson();
  }

  /** Whether that has been asked for. */
  public boolean isJson() {
    return lines.isJson();
  }

  /** A line about what went wrong. */
  public void complain(String text) {
    lines.say(Level.ERROR, text);
  }

  /** Passes bytes on, or makes objects of lines. */
  private static final class Lines extends OutputStream {

    private final OutputStream out;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private JsonEncoder encoder;

    Lines(OutputStream out) {
      this.out = out;
    }

    synchronized void asJson() {
      if (encoder == null) {
        encoder = new JsonEncoder();
        encoder.setContext(context());
        encoder.start();
      }
    }

    synchronized boolean isJson() {
      return encoder != null;
    }

    private static LoggerContext context() {
      return (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    @Override
    public synchronized void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) throws IOException {
      if (encoder == null) {
        out.write(bytes, from, length);
        return;
      }
      for (int i = from; i < from + length; i++) {
        if (bytes[i] == '\n') {
          String text = line.toString(StandardCharsets.UTF_8);
          line.reset();
          emit(Level.INFO, text);
        } else {
          line.write(bytes[i]);
        }
      }
    }

    synchronized void say(Level level, String text) {
      try {
        emit(level, text);
      } catch (IOException e) {
        // As of any print stream: who cannot be told anything cannot be told that either.
      }
    }

    private void emit(Level level, String text) throws IOException {
      String plain = OneLine.of(text).strip();
      if (!plain.isEmpty()) {
        String message = plain.startsWith(BEGINNING) ? plain.substring(BEGINNING.length()) : plain;
        Logger logger = context().getLogger(LOGGER);
        out.write(encoder.encode(new LoggingEvent(LOGGER, logger, level, message, null, null)));
        out.flush();
      }
    }

    @Override
    public synchronized void flush() throws IOException {
      out.flush();
    }
  }
}
