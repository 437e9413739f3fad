package dev.yamabiko.api;

import dev.yamabiko.client.JobUpload;
import dev.yamabiko.client.JsonFields;
import dev.yamabiko.client.Server;
import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.job.Job;
import dev.yamabiko.model.CanonicalJson;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/**
 * A coordinator, asked over HTTP. For any number of threads. Where several nodes serve it, one is
 * asked after the other until one answers; each question has a deadline. What the coordinator
 * refuses, or cannot be reached for, is a {@link YamabikoException}.
 */
public final class RemoteCoordinator implements AutoCloseable {

  private final Server server;

  RemoteCoordinator(Server server) {
    this.server = server;
  }

  /**
   * Checks a job as training does, brings its files there, each once by its content, and queues it.
   *
   * @throws YamabikoException if the job is wrong, is refused, or may or may not have been
   *     accepted: its message says which, and {@link #jobs} shows
   */
  public RemoteJob submit(TrainingJob job) {
    Job read = job.read();
    return asked(
        server,
        () -> {
          JobUpload upload =
              new JobUpload(server, LoggerFactory.getLogger(RemoteCoordinator.class)::info);
          if (upload.isToBeChecked(read)) {
            check(read);
          }
          return job(text(server.submit(upload.bring(read)), "id"));
        });
  }

  private static void check(Job job) {
    CheckedJob checked = CheckedJob.of(job);
    if (job.model().warmStart().isPresent()) {
      checked.start();
    }
  }

  private static String text(String json, String name) {
    return new JsonFields(CanonicalJson.object(json)).text(name);
  }

  /** The job of this id, whether there is one or not. */
  public RemoteJob job(String id) {
    Objects.requireNonNull(id, "id");
    return new RemoteJob(server, id);
  }

  /** All jobs, the newest first. */
  public List<JobState> jobs() {
    return asked(server, () -> server.jobs().stream().map(JobState::of).toList());
  }

  /** The workers that have joined. */
  public List<WorkerState> workers() {
    return asked(
        server,
        () -> {
          Map<String, Object> nodes = CanonicalJson.object(server.workers());
          return JsonFields.list(nodes, "workers").stream().map(WorkerState::of).toList();
        });
  }

  static <T> T asked(Server server, Supplier<T> question) {
    requireOpen(server);
    try {
      return question.get();
    } catch (RuntimeException e) {
      throw YamabikoException.of(e);
    }
  }

  static void requireOpen(Server server) {
    if (server.isClosed()) {
      throw new IllegalStateException("this RemoteCoordinator is closed");
    }
  }

  /**
   * Nobody follows a job through this any more, what other threads ask fails, and the connections
   * end; jobs go on. Does not wait. What is asked from then on gets an {@link
   * IllegalStateException}.
   */
  @Override
  public void close() {
    server.close();
  }
}
