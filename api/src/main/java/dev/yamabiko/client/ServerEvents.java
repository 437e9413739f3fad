package dev.yamabiko.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Reads server-sent events, in a thread of its own, and tells what it reads. */
public final class ServerEvents implements AutoCloseable {

  /** What comes of reading. */
  public sealed interface Message {}

  /**
   * @param number of the event, as the server counts
   * @param data one JSON object
   */
  public record Event(long number, String kind, String data) implements Message {}

  /** The server lives. */
  public record Alive() implements Message {}

  /** Nothing more will come; the last message of this reader. */
  public record Ended(String why) implements Message {}

  private final InputStream in;
  private final Consumer<Message> reader;
  private final Thread thread = new Thread(this::readAll, "server-events");
  private long number;
  private String kind = "message";
  private final StringBuilder data = new StringBuilder();

  private ServerEvents(InputStream in, Consumer<Message> reader) {
    this.in = in;
    this.reader = reader;
  }

  /**
   * @param reader called in another thread, which reads on when it returns, and is interrupted by
   *     {@link #close}
   */
  public static ServerEvents read(InputStream in, Consumer<Message> reader) {
    ServerEvents events = new ServerEvents(in, reader);
    events.thread.setDaemon(true);
    events.thread.start();
    return events;
  }

  private void readAll() {
    String why = "the server closed the connection";
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        onLine(line);
      }
    } catch (IOException | NumberFormatException e) {
      why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
    reader.accept(new Ended(why));
  }

  /** By the rules of the WHATWG's standard, as far as this server uses it. */
  private void onLine(String line) {
    if (line.isEmpty()) {
      if (data.length() > 0) {
        reader.accept(new Event(number, kind, data.toString()));
      }
      kind = "message";
      data.setLength(0);
    } else if (line.startsWith(":")) {
      reader.accept(new Alive());
    } else if (line.startsWith("id: ")) {
      number = Long.parseLong(line.substring(4));
    } else if (line.startsWith("event: ")) {
      kind = line.substring(7);
    } else if (line.startsWith("data: ")) {
      data.append(line, 6, line.length());
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      in.close();
    } catch (IOException e) {
      // The connection is of no use any more, whatever it says.
    }
  }
}
