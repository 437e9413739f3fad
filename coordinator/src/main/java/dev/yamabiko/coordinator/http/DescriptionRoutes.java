package dev.yamabiko.coordinator.http;

import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpCharsets;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.JobDescription;
import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.model.ModelException;
import dev.yamabiko.model.OtherExtensionException;
import dev.yamabiko.nn.Network;
import dev.yamabiko.nn.Node;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** {@code /api/v1/jobs/ID/file} and {@code .../layers}: what a job is to do, and on what model. */
final class DescriptionRoutes extends AllDirectives {

  private static final ContentType.WithFixedCharset HOCON =
      ContentTypes.create(
          MediaTypes.customWithFixedCharset(
              "application", "hocon", HttpCharsets.UTF_8, Map.of(), false));

  private final Queries queries;
  private final Executor blocking;
  private final String uploads;

  /**
   * @param blocking for reading
   * @param uploads where they lie
   */
  DescriptionRoutes(Queries queries, Executor blocking, Path uploads) {
    this.queries = queries;
    this.blocking = blocking;
    this.uploads = Json.escaped(uploads.toString());
  }

  /** Below {@code jobs}. */
  Route route() {
    return concat(
        path(
            segment().slash("file"),
            id -> get(() -> completeWithFuture(describe(id).thenApply(this::file)))),
        path(
            segment().slash("layers"),
            id ->
                get(
                    () ->
                        completeWithFuture(
                            describe(id).thenApplyAsync(DescriptionRoutes::layers, blocking)))));
  }

  private CompletionStage<JobDescription> describe(String id) {
    String checked = JobId.checked(id);
    return queries
        .<Optional<JobDescription>>ask(
            replyTo -> new CoordinatorCommand.DescribeJob(checked, replyTo))
        .thenApply(job -> job.orElseThrow(() -> JobId.unknown(id).exception()));
  }

  private HttpResponse file(JobDescription job) {
    if (job.file().isEmpty()) {
      return Problem.conflict("the job file of %s has been lost".formatted(job.id())).response();
    }
    String text = JobFiles.withNames(job.file(), uploads);
    return HttpResponse.create()
        .withEntity(HttpEntities.create(HOCON, text.endsWith("\n") ? text : text + "\n"));
  }

  private static HttpResponse layers(JobDescription job) {
    Optional<Network> network;
    try {
      network = job.network().or(() -> RunDirectory.networkOf(job.directory()));
    } catch (OtherExtensionException e) {
      return JobModel.otherExtension(job.id(), e).response();
    } catch (ModelException e) {
      return JobModel.unreadable(job.id(), e).response();
    }
    return network
        .map(known -> Json.ok(CanonicalJson.of(json(known))))
        .orElseGet(
            () ->
                Problem.conflict(
                        "the layers of %s are not known before its data is read for its run"
                            .formatted(job.id()))
                    .response());
  }

  private static Map<String, Object> json(Network network) {
    List<Map<String, Object>> layers = new ArrayList<>();
    for (Node node : network.nodes()) {
      Map<String, Object> layer = new LinkedHashMap<>();
      layer.put("layer", layers.size() + 1);
      layer.put("path", node.name());
      layer.put("name", node.layer().describe());
      layer.put("output", node.layer().outputShape().dimensions());
      layer.put("parameters", node.parameterCount());
      layer.put("frozen", node.frozen());
      layers.add(layer);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("input", network.inputShape().dimensions());
    json.put("layers", layers);
    json.put("parameters", network.parameterCount());
    return json;
  }
}
