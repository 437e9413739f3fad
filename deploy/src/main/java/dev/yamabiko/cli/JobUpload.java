package dev.yamabiko.cli;

import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.data.ContentHash;
import dev.yamabiko.data.FileTree;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobException;
import dev.yamabiko.model.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Brings the files of a job to a coordinator, each by its content, and names them as the
 * coordinator knows them. What is there already is not sent again.
 */
final class JobUpload {

  private final Server server;
  private final Consumer<String> notices;

  JobUpload(Server server, Consumer<String> notices) {
    this.server = server;
    this.notices = notices;
  }

  /** Whether every file is here. */
  boolean isAllHere(Job job) {
    return job.paths().values().stream().allMatch(Files::exists);
  }

  /** Whether the files that are not here lie where the coordinator may look for them itself. */
  boolean isElsewhere(Job job) {
    List<Path> missing = job.paths().values().stream().filter(path -> !Files.exists(path)).toList();
    Map<String, Object> answer = CanonicalJson.object(server.get("/api/v1/data-roots"));
    List<?> roots = (List<?>) answer.getOrDefault("data_roots", List.of());
    return missing.stream()
        .allMatch(
            path -> roots.stream().anyMatch(root -> path.normalize().startsWith(root.toString())));
  }

  /** The job's text with the coordinator's names of all files that are here. */
  String bring(Job job) {
    Map<String, String> names = new LinkedHashMap<>();
    job.paths()
        .forEach(
            (key, path) -> {
              if (Files.exists(path)) {
                names.put(key, bring(key, path));
              }
            });
    return job.resolved(names);
  }

  private String bring(String key, Path path) {
    try {
      if (!Files.isDirectory(path)) {
        return "sha256:" + bringFile(path);
      }
      // Of a run directory only the model is read.
      return key.equals("warm-start")
          ? "sha256:" + bringFile(RunDirectory.modelOf(path))
          : "tree:" + bringTree(path);
    } catch (IOException e) {
      throw new JobException("%s: %s cannot be read: %s".formatted(key, path, e.getMessage()), e);
    }
  }

  private String bringFile(Path file) throws IOException {
    String sha256 = ContentHash.of(file);
    if (!server.hasUpload(sha256)) {
      notices.accept("uploading %s (%s bytes)".formatted(file, Figures.count(Files.size(file))));
      server.upload(sha256, file);
    }
    return sha256;
  }

  private String bringTree(Path directory) throws IOException {
    List<FileTree.Entry> entries = new ArrayList<>();
    for (Path file : files(directory)) {
      String path = directory.relativize(file).toString().replace('\\', '/');
      if (!FileTree.canHold(path)) {
        throw new JobException("%s: a file of this name cannot be uploaded".formatted(file));
      }
      entries.add(new FileTree.Entry(ContentHash.of(file), path));
    }
    String listing = new FileTree(entries).text();
    String sha256 = ContentHash.of(listing);
    if (!server.hasUpload(sha256)) {
      notices.accept("uploading %s (%s files)".formatted(directory, Figures.count(entries.size())));
      for (FileTree.Entry entry : entries) {
        if (!server.hasUpload(entry.sha256())) {
          server.upload(entry.sha256(), directory.resolve(entry.path()));
        }
      }
      // Last: a listing that is there tells that all its files are.
      server.upload(sha256, listing);
    }
    return sha256;
  }

  /** Files whose names begin with a dot are no data. */
  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
