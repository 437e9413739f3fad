package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.ResumableJob.Output;
import dev.yamabiko.coordinator.DiskWatch;
import dev.yamabiko.coordinator.RunDescription;
import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.data.Targets;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.CheckpointStore;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.Statistics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs whose disk is full for a while, a real one of two megabytes: they go on, say so, leave what
 * they have kept as it was, and in the end nothing tells them from a run that had room all the
 * time.
 */
class FullDiskTest {

  private static final String FULL = "No space left on device";

  @TempDir private Path working;

  private SmallDisk disk;
  private String run;

  @BeforeEach
  void mount() throws Exception {
    disk = SmallDisk.mount(Files.createDirectory(working.resolve("disk")), 2048);
    run = disk.path().resolve("run").toString();
  }

  @AfterEach
  void unmount() throws Exception {
    if (disk != null) {
      disk.close();
    }
  }

  private static long step(RunEvent event) {
    return event instanceof RunEvent.StepClosed closed ? closed.step() : -1;
  }

  private static List<String> said(Output output, String part) {
    return output.err().lines().filter(line -> line.contains(part)).toList();
  }

  /** The newest checkpoint's step; no file may be there that none of them needs. */
  private long checkpoint() throws IOException {
    Path folder = disk.path().resolve("run/checkpoints");
    List<String> problems = new ArrayList<>();
    long step =
        new CheckpointStore(folder, 2)
            .newest(problems)
            .orElseThrow()
            .checkpoint()
            .position()
            .step();
    assertEquals(List.of(), problems);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String stem = file.getFileName().toString().substring(0, "step-0123456789".length());
        assertTrue(Files.exists(folder.resolve(stem + ".checkpoint")), file.toString());
        assertTrue(!file.toString().endsWith(".part"), file.toString());
      }
    }
    return step;
  }

  private void assertSame(ResumableJob job, Output whole, Output output, String other)
      throws IOException {
    assertEquals(0, output.exitCode(), output.err());
    assertEquals(whole.weights(), output.weights());
    assertArrayEquals(job.metrics("whole"), job.metrics(other));
  }

  @Test
  void shouldGoOnWithoutCheckpointsAndTakeThemAgainWhenThereIsRoom() throws IOException {
    ResumableJob job = new ResumableJob(working, ResumableJob.STOPPING);
    Output whole = job.train("whole", 2);
    List<Long> seen = new ArrayList<>();
    RunListener user =
        event -> {
          try {
            if (step(event) == 15) {
              disk.fill();
            } else if (step(event) == 30) {
              seen.add(checkpoint());
              job.copy(run, "killed");
              disk.free();
            } else if (step(event) == 36) {
              seen.add(checkpoint());
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    Output output = job.train(run, 2, 3, List.of(user));
    assertEquals(List.of(14L, 35L), seen, output.err());
    assertSame(job, whole, output, run);
    assertEquals(
        List.of(
            "yamabiko: cannot write to "
                + run
                + ": "
                + FULL
                + "; the run goes on and tries again at the next checkpoint; the last checkpoint is"
                + " step-0000000014.checkpoint"),
        said(output, FULL));
    assertEquals(1, said(output, "can be written again; the last").size(), output.err());
    Files.deleteIfExists(job.directory("killed").resolve("filler-0"));
    assertSame(job, whole, job.resume("killed", 3), "killed");
  }

  /** Whichever of its roll-backs the disk does not take, the way back stays. */
  @Tag("soak")
  @Test
  void shouldGoBackOnAFullDiskAndLoseNothingWhenKilled() throws IOException {
    String diverging =
        ResumableJob.DIVERGING.replace("every-steps = 4", "every-steps = 4, keep = 1");
    ResumableJob job = new ResumableJob(working, diverging);
    List<RunEvent> events = new ArrayList<>();
    Output whole = job.train("whole", 2, 1, List.of(events::add));
    assertEquals(0, whole.exitCode(), whole.err());
    long back = events.stream().filter(RunEvent.RolledBack.class::isInstance).count();
    assertEquals(2, back);
    for (int first = 0; first <= back; first++) {
      String name = "run-" + first;
      String there = disk.path().resolve(name).toString();
      int fillAt = first;
      int[] rollBacks = {0};
      List<String> killed = new ArrayList<>();
      RunListener user =
          event -> {
            boolean isBack = event instanceof RunEvent.RolledBack;
            boolean isFull = Files.exists(disk.path().resolve("filler-0"));
            if (isFull && (isBack || event instanceof RunEvent.CheckpointTaken)) {
              killed.add("killed-" + fillAt + "-" + killed.size());
              job.copy(there, killed.get(killed.size() - 1));
            }
            rollBacks[0] += isBack ? 1 : 0;
            // From its first checkpoint on, or from a roll-back on, until there have been some
            // more.
            if (fillAt == 0
                ? event instanceof RunEvent.CheckpointTaken && rollBacks[0] == 0
                : isBack && rollBacks[0] == fillAt) {
              disk.fill();
            } else if (step(event) == 23 && rollBacks[0] == back) {
              disk.free();
            }
          };
      Output output = job.train(there, 2, 3, List.of(user));
      assertSame(job, whole, output, there);
      assertEquals(1, said(output, FULL).size(), output.err());
      assertTrue(killed.size() > 2, killed.toString());
      for (String copy : killed) {
        assertSame(job, whole, job.resume(copy, 1), copy);
      }
    }
  }

  @Tag("soak")
  @Test
  void shouldSayWhereTheLastCheckpointIsWhenTheModelDoesNotFit() throws IOException {
    ResumableJob job = new ResumableJob(working, ResumableJob.STOPPING);
    Output whole = job.train("whole", 2);
    RunListener user =
        event -> {
          if (step(event) == 15) {
            disk.fill();
          }
        };
    Output output = job.train(run, 2, 1, List.of(user));
    assertEquals(1, output.exitCode());
    assertEquals(
        "cannot write to "
            + run
            + ": "
            + FULL
            + "; the last checkpoint is step-0000000014.checkpoint",
        output.error());
    assertTrue(output.err().contains("to go on: yamabiko train job.conf"), output.err());
    // Going on needs no room by itself.
    assertEquals(1, job.resume(run, 2).exitCode());
    assertEquals(14, checkpoint());
    disk.free();
    assertSame(job, whole, job.resume(run, 1), run);
  }

  @Test
  void shouldFinishWhenSomebodyMakesRoomInTheLastMoment() throws Exception {
    ResumableJob job = new ResumableJob(working, ResumableJob.STOPPING);
    Output whole = job.train("whole", 2);
    AtomicBoolean hasFailed = new AtomicBoolean();
    try (WatchService watch = disk.path().getFileSystem().newWatchService()) {
      Thread user =
          new Thread(
              () -> {
                awaitEntry(watch, "model.safetensors.part");
                hasFailed.set(true);
                disk.free();
              });
      RunListener filler =
          event -> {
            if (step(event) == 15) {
              disk.fill();
            } else if (event instanceof RunEvent.RunEnded) {
              register(Path.of(run), watch);
              user.start();
            }
          };
      assertSame(job, whole, job.train(run, 2, 1, List.of(filler)), run);
      user.join();
      assertTrue(hasFailed.get());
      long last = checkpoint();
      assertEquals(
          new CheckpointStore(job.directory("whole").resolve("checkpoints"), 2).last(),
          Optional.of(
              job.directory("whole").resolve("checkpoints/step-%010d.checkpoint".formatted(last))));
    }
  }

  private static void register(Path folder, WatchService watch) {
    try {
      folder.register(watch, StandardWatchEventKinds.ENTRY_DELETE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitEntry(WatchService watch, String name) {
    try {
      while (true) {
        WatchKey key = watch.poll(1, TimeUnit.MINUTES);
        assertNotNull(key, name);
        if (key.pollEvents().stream().anyMatch(event -> event.context().toString().equals(name))) {
          return;
        }
        key.reset();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Of a run directory by itself. */
  private static final class Events {
    private final RunDirectory directory;
    private final List<String> warnings = new ArrayList<>();

    Events(Path path) throws IOException {
      RunDescription description =
          new RunDescription("name = a", "d", Map.of(), Targets.Classes.numbered(3), 1);
      DiskWatch watch =
          new DiskWatch() {
            @Override
            public void failed(String why) {
              throw new AssertionError(why);
            }

            @Override
            public void warned(String why) {
              warnings.add(why);
            }
          };
      directory = RunDirectory.begin(Files.createDirectories(path), description, watch);
    }

    private static Checkpoint at(long step, int rollbacks) {
      return new Checkpoint(
          new Checkpoint.Position(step, 0, step, Optional.empty(), rollbacks),
          new float[60_000],
          new float[0][],
          Optional.empty(),
          Checkpoint.WayBack.START,
          List.of(0, 20_000));
    }

    void steps(long from, long to) {
      for (long step = from; step < to; step++) {
        directory.onEvent(
            new RunEvent.StepClosed(step, 0, new Statistics(4, 5, 3, 32), 0.5f, Double.NaN));
      }
    }

    void checkpoint(long step, int rollbacks) {
      directory.onEvent(new RunEvent.CheckpointTaken(at(step, rollbacks)));
      directory.settled().join();
    }

    void goBack(long step, long to) {
      directory.onEvent(
          new RunEvent.RolledBack("diverged", step, at(to, 0), at(to, 1).position(), 0.5));
    }

    String metrics() throws IOException {
      // Not by opening the file of a run under way, which would cost it its lock.
      ByteBuffer bytes = RunDirectory.metricsOf(directory.path(), 0);
      StringBuilder text = new StringBuilder();
      for (long at = 0;
          bytes.hasRemaining();
          bytes = RunDirectory.metricsOf(directory.path(), at)) {
        at += bytes.remaining();
        text.append(StandardCharsets.UTF_8.decode(bytes));
      }
      return text.toString();
    }

    List<Long> checkpoints() throws IOException {
      try (Stream<Path> files = Files.list(directory.path().resolve("checkpoints"))) {
        return files
            .map(file -> file.getFileName().toString())
            .filter(name -> name.endsWith(".checkpoint"))
            .map(name -> Long.parseLong(name.replaceAll("\\D", "")))
            .sorted()
            .toList();
      }
    }
  }

  @Test
  void shouldHoldTheLaterCheckpointsUntilTheOneToGoBackToIsWritten() throws IOException {
    Events events = new Events(Path.of(run));
    Events roomy = new Events(working.resolve("roomy"));
    for (Events each : List.of(events, roomy)) {
      each.steps(0, 10);
      each.checkpoint(10, 0);
      each.steps(10, 20);
      each.checkpoint(20, 0);
      each.steps(20, 22);
      String before = each.metrics();
      assertEquals(List.of(20L), each.checkpoints());
      if (each == events) {
        disk.fill();
      }
      each.goBack(22, 10);
      each.steps(10, 600);
      each.checkpoint(600, 1);
      if (each == events) {
        assertEquals(List.of(20L), each.checkpoints());
        assertEquals(20, checkpoint());
        assertEquals(before, each.metrics());
        assertEquals(1, each.warnings.size());
        disk.free();
      }
      each.steps(600, 700);
      each.checkpoint(700, 1);
      assertEquals(List.of(700L), each.checkpoints());
      each.directory.close();
    }
    assertEquals(roomy.metrics(), events.metrics());
    assertTrue(events.metrics().contains("rollback"), "the roll-back has its line");
  }

  @Test
  void shouldNeverLeaveATornLine() throws IOException {
    Events events = new Events(Path.of(run));
    events.steps(0, 10);
    events.checkpoint(10, 0);
    String before = events.metrics();
    disk.fill();
    // More than the rest of the file's last page, and more than is written at a time.
    events.steps(10, 1500);
    assertEquals(before, events.metrics());
    assertEquals(1, events.warnings.size());
    disk.free();
    events.steps(1500, 1510);
    events.directory.close();
    List<String> lines = events.metrics().lines().toList();
    assertEquals(1510, lines.size());
    for (int i = 0; i < lines.size(); i++) {
      assertTrue(lines.get(i).startsWith("{\"step\":" + i + ",") && lines.get(i).endsWith("}"));
    }
  }

  @Tag("slow")
  @Test
  void shouldGiveSameBitsWhenKilledWhileTheDiskIsFull() throws Exception {
    String text =
        ResumableJob.STOPPING
            .replaceFirst("early-stopping .*\n", "")
            .replace("epochs = 12", "epochs = 150");
    ResumableJob job = new ResumableJob(working, text);
    Output whole = job.train("whole", 2);
    Process process =
        Jvms.start(
            Jvms.current(),
            List.of("--add-modules=jdk.incubator.vector"),
            List.of("train", "job.conf", "--workers", "2", "--out", run),
            working);
    await(
        () ->
            Files.isDirectory(disk.path().resolve("run/checkpoints"))
                && !job.checkpoints(run).isEmpty());
    disk.fill();
    Path err = working.resolve("stderr");
    await(() -> Files.readString(err).contains("; the run goes on and tries again"));
    process.destroyForcibly();
    assertEquals(137, Jvms.finish(process, working).exitCode());
    List<String> problems = new ArrayList<>();
    long step =
        new CheckpointStore(disk.path().resolve("run/checkpoints"), 2)
            .newest(problems)
            .orElseThrow()
            .checkpoint()
            .position()
            .step();
    assertEquals(List.of(), problems);
    disk.free();
    Output resumed = job.resume(run, 3);
    assertTrue(resumed.err().contains("going on after step " + Figures.count(step)), resumed.err());
    assertSame(job, whole, resumed, run);
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Condition condition) throws IOException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < end, "not in time");
      LockSupport.parkNanos(10_000_000);
    }
  }
}
