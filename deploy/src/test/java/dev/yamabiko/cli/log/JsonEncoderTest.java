package dev.yamabiko.cli.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.protocol.RunKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class JsonEncoderTest {

  private final LoggerContext context = new LoggerContext();
  private final Logger logger = context.getLogger("dev.yamabiko.Some");
  private final JsonEncoder encoder = new JsonEncoder();

  @BeforeEach
  void start() {
    context.setMDCAdapter(new LogbackMDCAdapter());
    encoder.setContext(context);
    encoder.start();
  }

  private LoggingEvent event(String message, Throwable thrown, Object... arguments) {
    LoggingEvent event = new LoggingEvent("fqcn", logger, Level.WARN, message, thrown, arguments);
    event.setThreadName("main");
    event.setInstant(Instant.parse("2026-11-27T10:00:00.5Z"));
    return event;
  }

  private String line(LoggingEvent event) {
    String text = new String(encoder.encode(event), StandardCharsets.UTF_8);
    assertEquals(text.length() - 1, text.indexOf('\n'), text);
    return text.strip();
  }

  private JsonNode json(LoggingEvent event) throws IOException {
    return new JsonMapper().readTree(line(event));
  }

  @Test
  void shouldNameTheFieldsThatTheMessageNames() {
    assertEquals(
        "{\"timestamp\":\"2026-11-27T10:00:00.500Z\",\"level\":\"WARN\","
            + "\"logger\":\"dev.yamabiko.Some\",\"thread\":\"main\","
            + "\"message\":\"slices returned job=digits-1 step=470 because it was lost\","
            + "\"job\":\"digits-1\",\"step\":470}",
        line(
            event(
                "slices returned job={} step={} {}",
                null,
                "digits-1",
                470L,
                "because it was lost")));
  }

  @Test
  void shouldGiveARunsKeyAsJobAndTerm() throws IOException {
    JsonNode json = json(event("lost slices={} run={}", null, "0-4", new RunKey("digits-1", 3, 1)));
    assertEquals("digits-1", json.required("job").asText());
    assertEquals(3, json.required("term").asLong());
    assertTrue(json.required("term").isIntegralNumber());
    assertEquals("digits-1/3.1", json.required("run").asText());
  }

  @Test
  void shouldTakeNoFieldWhoseValueIsMoreThanOneArgumentOrHasNoName() throws IOException {
    JsonNode json =
        json(event("refused worker={}: {} bulk={}:{} http={}", null, "w1", "why", "h", 1, "u"));
    List<String> names = List.copyOf(json.properties().stream().map(e -> e.getKey()).toList());
    assertEquals(
        List.of("timestamp", "level", "logger", "thread", "message", "worker", "http"), names);
    assertEquals("w1", json.required("worker").asText());
    assertEquals("u", json.required("http").asText());
  }

  /** A field that the line has anyway is in the text, and there alone. */
  @Test
  void shouldKeepItsOwnFieldsFromThoseOfAMessage() throws IOException {
    JsonNode json = json(event("no slices yet message={} level={}", null, "x", "y"));
    assertEquals("no slices yet message=x level=y", json.required("message").asText());
    assertEquals("WARN", json.required("level").asText());
  }

  @Test
  void shouldAddPairsAndWhatHoldsForTheProcess() throws IOException {
    context.putProperty("worker", "w1");
    context.putProperty("zone", "a");
    LoggingEvent event = new LoggingEvent("fqcn", logger, Level.INFO, "joined", null, null);
    event.addKeyValuePair(new KeyValuePair("step", 7));
    event.addKeyValuePair(new KeyValuePair("worker", "w2"));
    JsonNode json = json(event);
    assertEquals(7, json.required("step").asInt());
    assertEquals("w2", json.required("worker").asText());
    assertEquals("a", json.required("zone").asText());
  }

  @Test
  void shouldPutAStackTraceIntoOneField() throws IOException {
    Exception thrown = new IOException("outer\nline", new IllegalStateException("inner"));
    JsonNode json = json(event("a job cannot be kept cause={}", thrown, "disk\tfull\u001b"));
    assertEquals("disk\tfull\u001b", json.required("cause").asText());
    String trace = json.required("stack_trace").asText();
    assertTrue(trace.startsWith("java.io.IOException: outer\nline"), trace);
    assertTrue(trace.contains("\n\tat " + JsonEncoderTest.class.getName()), trace);
    assertTrue(trace.contains("Caused by: java.lang.IllegalStateException: inner"), trace);
  }
}
