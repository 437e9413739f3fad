package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.WorkerView;
import dev.yamabiko.model.CanonicalJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** {@code /api/v1/workers}, {@code /health/ready} and {@code /health/alive}. */
final class ClusterRoutes extends AllDirectives {

  private final Queries queries;
  private final BooleanSupplier ready;
  private final Supplier<Optional<String>> fault;

  /**
   * @param fault what is wrong with the node, if anything is
   */
  ClusterRoutes(Queries queries, BooleanSupplier ready, Supplier<Optional<String>> fault) {
    this.queries = queries;
    this.ready = ready;
    this.fault = fault;
  }

  Route workers() {
    return path("workers", () -> get(() -> completeWithFuture(list())));
  }

  Route health() {
    return pathPrefix(
        "health",
        () ->
            get(
                () ->
                    concat(
                        path("alive", () -> complete(Json.ok("{\"status\":\"alive\"}"))),
                        path("ready", () -> complete(readiness())))));
  }

  private HttpResponse readiness() {
    Optional<String> wrong = fault.get();
    if (wrong.isPresent()) {
      return Problem.unavailable(wrong.get()).response();
    }
    return ready.getAsBoolean()
        ? Json.ok("{\"status\":\"ready\"}")
        : Problem.unavailable("the coordinator is not ready yet").response();
  }

  private CompletionStage<HttpResponse> list() {
    return queries
        .<List<WorkerView>>ask(CoordinatorCommand.ListWorkers::new)
        .thenApply(
            workers ->
                Json.ok(Json.list("workers", workers.stream().map(ClusterRoutes::json).toList())));
  }

  private static String json(WorkerView worker) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", worker.hello().worker());
    json.put("host", worker.hello().host());
    json.put("threads", worker.hello().threads());
    json.put("heap_bytes", worker.hello().heapBytes());
    json.put("fingerprint", worker.hello().fingerprint());
    json.put("registered", worker.registered().toString());
    json.put("job", worker.job().orElse(null));
    json.put("samples_per_second", worker.samplesPerSecond());
    json.put("reissued", worker.reissued());
    json.put("bytes_up", worker.bytesUp());
    json.put("bytes_down", worker.bytesDown());
    return CanonicalJson.of(json);
  }
}
