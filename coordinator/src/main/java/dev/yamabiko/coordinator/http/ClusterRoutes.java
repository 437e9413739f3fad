package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.CoordinatorView;
import dev.yamabiko.coordinator.ParametersView;
import dev.yamabiko.coordinator.WorkerView;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.protocol.Fingerprint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** {@code /api/v1/workers}: they, the nodes that own slices, and what both have to fit. */
final class ClusterRoutes extends AllDirectives {

  private final Queries queries;

  ClusterRoutes(Queries queries) {
    this.queries = queries;
  }

  Route workers() {
    return path("workers", () -> get(() -> completeWithFuture(list())));
  }

  private CompletionStage<HttpResponse> list() {
    CompletionStage<List<ParametersView>> parameters =
        queries.ask(CoordinatorCommand.ListParameters::new);
    CompletionStage<String> coordinator =
        queries
            .<CoordinatorView>ask(CoordinatorCommand.DescribeCoordinator::new)
            .thenApply(ClusterRoutes::json);
    return queries
        .<List<WorkerView>>ask(CoordinatorCommand.ListWorkers::new)
        .thenCombine(
            parameters,
            (workers, owners) ->
                "\"workers\":%s,\"parameters\":%s"
                    .formatted(
                        Json.array(workers.stream().map(ClusterRoutes::json).toList()),
                        Json.array(owners.stream().map(ClusterRoutes::json).toList())))
        .thenCombine(
            coordinator,
            (lists, itself) -> Json.ok("{%s,\"coordinator\":%s}".formatted(lists, itself)));
  }

  private static String json(CoordinatorView coordinator) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("host", coordinator.host());
    json.put("bulk_port", coordinator.bulkPort());
    json.put("fingerprint", coordinator.fingerprint());
    return CanonicalJson.of(json);
  }

  private static String json(ParametersView owner) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", owner.hello().worker());
    json.put("host", owner.hello().host());
    json.put("threads", owner.hello().threads());
    json.put("heap_bytes", owner.hello().heapBytes());
    json.put("build", owner.hello().build());
    json.put("registered", owner.registered().toString());
    return CanonicalJson.of(json);
  }

  private static String json(WorkerView worker) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", worker.hello().worker());
    json.put("host", worker.hello().host());
    json.put("threads", worker.hello().threads());
    json.put("heap_bytes", worker.hello().heapBytes());
    json.put("build", worker.hello().build());
    json.put("fingerprint", Fingerprint.parse(worker.hello().fingerprint()).kernels());
    json.put("registered", worker.registered().toString());
    json.put("job", worker.job().orElse(null));
    json.put("samples_per_second", worker.samplesPerSecond());
    json.put("reissued", worker.reissued());
    json.put("bytes_up", worker.bytesUp());
    json.put("bytes_down", worker.bytesDown());
    return CanonicalJson.of(json);
  }
}
