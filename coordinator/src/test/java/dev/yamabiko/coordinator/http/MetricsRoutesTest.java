package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.Seat;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsRoutesTest {

  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  @TempDir Path data;

  private static String type(HttpResponse<String> response) {
    assertEquals(200, response.statusCode(), response.body());
    return response.headers().firstValue("Content-Type").orElse("").toLowerCase();
  }

  @Test
  void shouldAnswerInTheFormatThatIsAccepted() throws Exception {
    try (Api api = new Api(data, List.of(), 1 << 20)) {
      HttpResponse<String> text = api.get("/metrics");
      assertEquals(TEXT, type(text));
      assertTrue(text.body().contains("\n# TYPE yamabiko_build_info gauge\n"), text.body());
      HttpResponse<String> open =
          api.send(
              api.request("/metrics")
                  .header(
                      "Accept",
                      "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"));
      assertEquals("application/openmetrics-text; version=1.0.0; charset=utf-8", type(open));
      assertTrue(open.body().endsWith("\n# EOF\n"), open.body());
      assertEquals(405, api.post("/metrics", "").statusCode(), "there is nothing to change");
    }
  }

  /** Each node tells its own. */
  @Test
  void shouldAnswerWithoutTheCoordinator() throws Exception {
    try (Api api = new Api(data, List.of(), 1 << 20)) {
      for (Seat seat : List.of(new Seat.Vacant(), new Seat.There("http://127.0.0.1:1"))) {
        api.move(seat);
        String page = api.get("/metrics").body();
        assertTrue(page.contains("\nyamabiko_coordinator_active 0"), page);
        assertTrue(page.contains("\njvm_memory_used_bytes{"), page);
      }
    }
  }
}
