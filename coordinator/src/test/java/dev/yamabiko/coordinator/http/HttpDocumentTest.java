package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.model.CanonicalJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/http.md} names every field of the answers. */
class HttpDocumentTest {

  private static final List<String> PATHS =
      List.of(
          "/api/v1/jobs/a-1",
          "/api/v1/jobs/b-2",
          "/api/v1/jobs/c-3",
          "/api/v1/jobs",
          "/api/v1/jobs/a-1/timeline",
          "/api/v1/jobs/a-1/notices",
          "/api/v1/jobs/d-4/inputs",
          "/api/v1/workers",
          "/api/v1/data-roots");

  @TempDir Path data;

  @Test
  void shouldNameEveryField() throws Exception {
    String document = Files.readString(Path.of("../docs/http.md"));
    List<String> missing = new ArrayList<>();
    try (Api api = new Api(data, List.of(), 1 << 20)) {
      Map<String, JobStatus> jobs =
          Map.of("a-1", JobStatus.WAITING, "b-2", JobStatus.CANCELLED, "c-3", JobStatus.COMPLETED);
      jobs.forEach(
          (id, status) ->
              api.coordinator.jobs.put(
                  id, FakeCoordinator.job(id, status, data, Optional.empty())));
      Files.writeString(
          data.resolve("events.jsonl"),
          "{\"notice\":\"\",\"at\":\"\",\"kind\":\"run\",\"step\":1,\"worker\":\"w\"}\n");
      Files.writeString(data.resolve("table.csv"), "x,t\n1,2\n2,3\n");
      EndedJob.of(
          api,
          data,
          "d-4",
          """
          data.train.csv { path = table.csv, targets = [t] }
          model = [ { dense { units = 1 } } ], loss = half-squared-error, optimizer = sgd
          batch-size = 2, shards = 1, epochs = 1
          """);
      for (String path : PATHS) {
        var answer = api.get(path);
        assertEquals(200, answer.statusCode());
        collect(CanonicalJson.object(answer.body()), missing);
      }
    }
    missing.removeIf(field -> document.contains("`" + field + "`"));
    missing.removeIf(field -> document.contains("{\"" + field + "\":"));
    missing.removeIf(field -> document.contains(", \"" + field + "\":"));
    assertTrue(missing.isEmpty(), "docs/http.md does not name " + missing);
  }

  private static void collect(Map<?, ?> object, List<String> fields) {
    object.forEach(
        (key, value) -> {
          fields.add(key.toString());
          if (value instanceof List<?> list
              && !list.isEmpty()
              && list.get(0) instanceof Map<?, ?> m) {
            collect(m, fields);
          }
        });
  }
}
