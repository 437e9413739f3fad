package dev.yamabiko.cli.log;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Context;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Set;

/**
 * Log events as JSON, one object per line: {@code timestamp} (UTC), {@code level}, {@code logger},
 * {@code thread}, {@code message}, then {@link LogFields}, then {@code stack_trace}. Logback's own
 * encoder has names of its own for these, and the arguments of a message without theirs.
 */
public final class JsonEncoder extends EncoderBase<ILoggingEvent> {

  private static final byte[] NOTHING = {};

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  /** No field may take the place of these. */
  private static final Set<String> RESERVED =
      Set.of("timestamp", "level", "logger", "thread", "message", "stack_trace");

  private final JsonFactory json = new JsonFactory();
  private final ThrowableProxyConverter stackTraces = new ThrowableProxyConverter();

  @Override
  public void setContext(Context context) {
    super.setContext(context);
    stackTraces.setContext(context);
  }

  @Override
  public void start() {
    stackTraces.start();
    super.start();
  }

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    try (JsonGenerator generator = json.createGenerator(line)) {
      generator.writeStartObject();
      Instant time = Instant.ofEpochMilli(event.getTimeStamp());
      generator.writeStringField("timestamp", TIME.format(time));
      generator.writeStringField("level", event.getLevel().toString());
      generator.writeStringField("logger", event.getLoggerName());
      generator.writeStringField("thread", event.getThreadName());
      generator.writeStringField("message", event.getFormattedMessage());
      for (Map.Entry<String, Object> field : LogFields.of(event).entrySet()) {
        if (!RESERVED.contains(field.getKey())) {
          generator.writeFieldName(field.getKey());
          write(generator, field.getValue());
        }
      }
      if (event.getThrowableProxy() != null) {
        generator.writeStringField("stack_trace", stackTraces.convert(event).stripTrailing());
      }
      generator.writeEndObject();
      generator.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException("nothing is written but memory", e);
    }
    return line.toByteArray();
  }

  private static void write(JsonGenerator generator, Object value) throws IOException {
    if (value instanceof Integer || value instanceof Long) {
      generator.writeNumber(((Number) value).longValue());
    } else if (value instanceof Boolean flag) {
      generator.writeBoolean(flag);
    } else if (value == null) {
      generator.writeNull();
    } else {
      generator.writeString(value.toString());
    }
  }
}
