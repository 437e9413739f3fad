package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.model.ModelException;
import dev.yamabiko.model.OtherExtensionException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The model that a job has left. */
final class JobModel {

  private static final Logger LOG = LoggerFactory.getLogger(JobModel.class);

  /** Of an answer with a model that {@link #isEarlier}. */
  static final HttpHeader EARLIER = RawHeader.create("X-Yamabiko-Model", "earlier");

  private JobModel() {}

  /**
   * The model's file. A model describes the result: there is none before the end.
   *
   * @throws ProblemException if there is none
   */
  static Path of(JobView job) {
    Path model = RunDirectory.modelOf(job.directory());
    if (!job.status().hasEnded() || !Files.isRegularFile(model)) {
      throw Problem.conflict(
              "job %s is %s and has no model%s"
                  .formatted(job.id(), job.status(), job.status().hasEnded() ? "" : " yet"))
          .exception();
    }
    return model;
  }

  /**
   * Whether its weights are not those that the job's state speaks of: a run that fails leaves the
   * model as it was when the job, resumed since, ended before.
   */
  static boolean isEarlier(JobView job) {
    return job.status() != JobStatus.COMPLETED
        && job.result()
            .filter(text -> CanonicalJson.object(text).get("weights_sha256") != null)
            .isEmpty();
  }

  /** The coordinator uses a model with the extensions that it was trained with only. */
  static Problem otherExtension(String id, OtherExtensionException e) {
    return Problem.conflict(
        "the model of %s cannot be used here: %s; restart the coordinator with the jar that it was trained with"
            .formatted(id, e.difference().describeByName()));
  }

  /** What the exception says names the coordinator's files, and is for its log. */
  static Problem unreadable(String id, ModelException e) {
    LOG.error("a model cannot be read job={} cause={}", id, e.getMessage());
    return new Problem(
        StatusCodes.INSUFFICIENT_STORAGE,
        "the model of %s cannot be read; the coordinator's log says more".formatted(id));
  }
}
