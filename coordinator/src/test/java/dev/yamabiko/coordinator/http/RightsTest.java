package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.access.Role;
import dev.yamabiko.model.CanonicalJson;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RightsTest {

  /** The roles that {@code openapi.json} names are those that are asked for. */
  @Test
  void shouldAskForWhatTheDocumentNames() throws Exception {
    Map<String, String> documented = new TreeMap<>();
    Map<String, String> asked = new TreeMap<>();
    for (Map.Entry<?, ?> path : map(document().get("paths")).entrySet()) {
      map(path.getValue())
          .forEach(
              (key, operation) -> {
                String method = key.toString().toUpperCase(Locale.ROOT);
                String at = path.getKey().toString();
                if (operation instanceof Map<?, ?> known
                    && known.get("security") instanceof List<?> needs
                    && !needs.isEmpty()) {
                  Map<?, ?> need = map(needs.get(0));
                  documented.put(method + " " + at, ((List<?>) need.get("token")).get(0) + "");
                  asked.put(method + " " + at, Rights.needed(method, example(at)).text());
                }
              });
    }
    assertTrue(documented.size() > 15, documented.toString());
    assertEquals(documented, asked);
  }

  private static String example(String path) {
    return path.replace("{id}", "digits-1").replace("{sha256}", "ab".repeat(32));
  }

  private static Map<String, Object> document() throws Exception {
    try (InputStream in = Rights.class.getResourceAsStream("openapi.json")) {
      return CanonicalJson.object(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static Map<?, ?> map(Object value) {
    return (Map<?, ?>) value;
  }

  /** A path that is written otherwise is not one that everybody may read. */
  @Test
  void shouldLeaveTheRestToTheAdministrator() {
    for (String path :
        List.of(
            "/api/v1/jobs/a-1/mode%6c",
            "/api/v1/jobs/a-1/model/",
            "/api/v1/jobs//model",
            "/api/v1/jobs/",
            "/api/v1//jobs",
            "/api/v1/Jobs",
            "/api/v1/jobs/a-1/anything")) {
      assertEquals(Role.ADMIN, Rights.needed("GET", path), path);
    }
    assertEquals(Role.ADMIN, Rights.needed("PATCH", "/api/v1/jobs"));
    assertEquals(Role.ADMIN, Rights.needed("HEAD", "/api/v1/jobs/a-1/model"));
  }
}
