package dev.yamabiko.client;

import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.data.ContentHash;
import dev.yamabiko.data.FileTree;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobException;
import dev.yamabiko.model.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Brings the files of a job to a coordinator, each by its content, and names them as the
 * coordinator knows them. What is there already is not sent again, and what lies below a data root
 * of the coordinator is used where it is.
 */
public final class JobUpload {

  private final Server server;
  private final Consumer<String> notices;

  /** Several jobs may name one file: it is hashed, and sent, for the first of them. */
  private final Map<Path, String> brought = new HashMap<>();

  /** Null until they have been asked for. */
  private List<?> roots;

  public JobUpload(Server server, Consumer<String> notices) {
    this.server = server;
    this.notices = notices;
  }

  /**
   * Whether the job can be checked here, or has to be for want of a better: not where files of it
   * lie on the coordinator's machine alone.
   */
  public boolean isToBeChecked(Job job) {
    List<Path> missing = job.paths().values().stream().filter(path -> !Files.exists(path)).toList();
    return missing.isEmpty() || !missing.stream().allMatch(this::isBelowDataRoot);
  }

  private boolean isBelowDataRoot(Path path) {
    if (roots == null) {
      Map<String, Object> answer =
          CanonicalJson.object(server.get("/api/v1/data-roots", "data_roots"));
      roots = (List<?>) answer.get("data_roots");
    }
    return roots.stream().anyMatch(root -> path.normalize().startsWith(root.toString()));
  }

  /** The job's text with the coordinator's names of all files that are here. */
  public String bring(Job job) {
    Map<String, String> names = new LinkedHashMap<>();
    job.paths()
        .forEach(
            (key, path) -> {
              if (Files.exists(path)) {
                names.put(key, brought.computeIfAbsent(path, file -> bring(key, file)));
              }
            });
    return job.resolved(names);
  }

  private String bring(String key, Path path) {
    try {
      if (!Files.isDirectory(path)) {
        return bringFile(path);
      }
      // Of a run directory only the model is read.
      return key.equals("warm-start") ? bringFile(RunDirectory.modelOf(path)) : bringTree(path);
    } catch (IllegalArgumentException e) {
      throw new JobException(e.getMessage(), e);
    } catch (IOException e) {
      throw new JobException("%s: %s cannot be read: %s".formatted(key, path, e.getMessage()), e);
    }
  }

  private String bringFile(Path file) throws IOException {
    // A pipe could be read once, and not at all where nobody writes to it.
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new JobException(file + ": expected a file but found a pipe or a device");
    }
    String sha256 = ContentHash.of(file);
    String name = "sha256:" + sha256;
    if (isThere(file, name)) {
      return file.normalize().toString();
    }
    if (!server.hasUpload(sha256)) {
      notices.accept(
          String.format(Locale.ROOT, "uploading %s (%,d bytes)", file, Files.size(file)));
      upload(sha256, file);
    }
    return name;
  }

  private String bringTree(Path directory) throws IOException {
    FileTree tree = FileTree.of(directory);
    String listing = tree.text();
    String sha256 = ContentHash.of(listing);
    String name = "tree:" + sha256;
    if (isThere(directory, name)) {
      return directory.normalize().toString();
    }
    if (!server.hasUpload(sha256)) {
      notices.accept(
          String.format(Locale.ROOT, "uploading %s (%,d files)", directory, tree.entries().size()));
      for (FileTree.Entry entry : tree.entries()) {
        if (!server.hasUpload(entry.sha256())) {
          upload(entry.sha256(), directory.resolve(entry.path()));
        }
      }
      // Last: a listing that is there tells that all its files are.
      server.upload(sha256, listing);
    }
    return name;
  }

  private void upload(String sha256, Path file) throws IOException {
    try {
      server.upload(sha256, file);
    } catch (ServerException e) {
      throw e.usersFault() ? ServerException.refused(file + ": " + e.getMessage()) : e;
    }
  }

  /** Whether the coordinator sees the same content by the same path, below a data root. */
  private boolean isThere(Path path, String content) {
    if (!isBelowDataRoot(path)) {
      return false;
    }
    boolean same = server.content(path.normalize()).filter(content::equals).isPresent();
    notices.accept(
        same
            ? "%s is used where it is, below a data root of the coordinator".formatted(path)
            : "%s is not the same, or not there, on the coordinator's machine".formatted(path));
    return same;
  }
}
