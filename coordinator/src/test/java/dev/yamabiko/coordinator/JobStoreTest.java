package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.shared.FencedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobStoreTest {

  @TempDir private Path data;

  private static StoredJob job(String id) {
    return StoredJob.submitted(id, "name = a", Optional.empty(), Instant.EPOCH);
  }

  private static List<String> ids(JobStore store) throws IOException {
    return store.readAll().stream().map(StoredJob::id).toList();
  }

  @Test
  void shouldRaiseTheTermWithEachOpening() throws IOException {
    for (long term = 1; term <= 3; term++) {
      assertEquals(term, JobStore.open(data).term());
    }
  }

  @Test
  void shouldRefuseWritesOfTheOneBeforeOnceTheNextHasOpenedIt() throws IOException {
    JobStore first = JobStore.open(data);
    StoredJob job = job(first.newId("a"));
    first.write(job);
    JobStore next = JobStore.open(data);
    StoredJob late = job.running(Instant.EPOCH);
    FencedException refused = assertThrows(FencedException.class, () -> first.write(late));
    assertEquals(
        "another coordinator has taken over: term 1 is over, it is 2 now", refused.getMessage());
    assertThrows(FencedException.class, () -> first.newId("b"));
    assertEquals(List.of(job), next.readAll());
    assertEquals("c-2", next.newId("c"));
    next.write(late);
    assertEquals(List.of(late), next.readAll());
    try (Stream<Path> files = Files.list(data.resolve("jobs/a-1"))) {
      assertEquals(List.of("state.json"), files.map(f -> f.getFileName().toString()).toList());
    }
  }

  @Test
  void shouldNotBeginTermsAnewWhenTheirFileIsSpoilt() throws IOException {
    JobStore.open(data);
    Files.writeString(data.resolve("term"), "");
    IOException refused = assertThrows(IOException.class, () -> JobStore.open(data));
    assertEquals(
        data.resolve("term")
            + " is expected to hold a whole number but holds \"\"; write one that is higher than"
            + " all terms in the coordinator's logs",
        refused.getMessage());
    Files.writeString(data.resolve("term"), "8\n");
    assertEquals(9, JobStore.open(data).term());
  }

  @Test
  void shouldGiveEachJobAnIdOfItsOwnForEver() throws IOException {
    JobStore store = JobStore.open(data);
    assertEquals("digits-1", store.newId("digits"));
    assertEquals("a-7-2", store.newId("a-7"));
    assertEquals("digits-3", JobStore.open(data).newId("digits"));
  }

  /** Its state may be in its place though writing it failed: forcing the folder comes last. */
  @Test
  void shouldForgetARefusedJobForEver() throws IOException {
    JobStore store = JobStore.open(data);
    StoredJob refused = job(store.newId("a"));
    store.write(refused);
    store.discard(refused.id());
    assertEquals(List.of(), ids(JobStore.open(data)));
    assertThrows(FencedException.class, () -> store.discard("a-2"));
  }

  @Test
  void shouldReadBackAllJobsInTheirOrder() throws IOException {
    JobStore store = JobStore.open(data);
    for (int i = 0; i < 11; i++) {
      store.write(job(store.newId("z" + "yxwvutsrqpo".charAt(i))));
    }
    // Begun, and never written down.
    store.newId("torn");
    assertEquals(
        List.of(
            "zy-1", "zx-2", "zw-3", "zv-4", "zu-5", "zt-6", "zs-7", "zr-8", "zq-9", "zp-10",
            "zo-11"),
        ids(JobStore.open(data)));
  }

  @Test
  void shouldTellOfWhatIsTornOrNotItsOwn() throws IOException {
    JobStore store = JobStore.open(data);
    for (String name : List.of("good", "torn", "garbage", "empty", "moved", "folder")) {
      store.write(job(store.newId(name)));
    }
    Path jobs = data.resolve("jobs");
    String whole = Files.readString(jobs.resolve("torn-2/state.json"));
    Files.writeString(jobs.resolve("torn-2/state.json"), whole.substring(0, whole.length() / 2));
    Files.write(jobs.resolve("garbage-3/state.json"), new byte[] {-1, 0, -128, 7});
    Files.writeString(jobs.resolve("empty-4/state.json"), "");
    Files.writeString(jobs.resolve("moved-5/state.json"), job("../../elsewhere").toJson());
    Files.delete(jobs.resolve("folder-6/state.json"));
    Files.createDirectory(jobs.resolve("folder-6/state.json"));
    Files.writeString(jobs.resolve("note.txt"), "not a job");
    List<StoredJob> all = store.readAll();
    assertEquals(
        List.of("good-1", "torn-2", "garbage-3", "empty-4", "moved-5", "folder-6"), ids(store));
    assertEquals(JobStatus.QUEUED, all.get(0).status());
    for (StoredJob damaged : all.subList(1, 6)) {
      assertEquals(JobStatus.FAILED, damaged.status());
      String start =
          "%s is damaged: expected the state of job %s but found "
              .formatted(jobs.resolve(damaged.id()).resolve("state.json"), damaged.id());
      assertTrue(damaged.reason().startsWith(start), damaged.reason());
      assertTrue(
          damaged.reason().endsWith("lost with it, so submit the job again"), damaged.reason());
    }
    assertTrue(all.get(3).reason().contains("found an empty file; "), all.get(3).reason());
    // What cannot be read stays for people to look at, and its number is taken.
    assertEquals("", Files.readString(jobs.resolve("empty-4/state.json")));
    assertEquals("next-7", store.newId("next"));
  }

  @Test
  void shouldTakeTheJobOfADamagedStateFromItsRun() throws IOException {
    JobStore store = JobStore.open(data);
    for (String name : List.of("emptied", "deleted")) {
      store.write(job(store.newId(name)));
    }
    for (String id : List.of("emptied-1", "deleted-2")) {
      Files.createDirectories(store.runDirectory(id));
      Files.writeString(store.runDirectory(id).resolve("job.conf"), "name = a, data = uploads/7");
    }
    Files.writeString(data.resolve("jobs/emptied-1/state.json"), "");
    Files.delete(data.resolve("jobs/deleted-2/state.json"));
    List<StoredJob> all = store.readAll();
    assertEquals(List.of("emptied-1", "deleted-2"), all.stream().map(StoredJob::id).toList());
    for (StoredJob job : all) {
      assertEquals("name = a, data = uploads/7", job.job());
      assertEquals(JobStatus.FAILED, job.status());
      assertTrue(
          job.reason().endsWith("resume the job to go on from its last checkpoint"), job.reason());
    }
    assertTrue(UnfinishedJobs.texts(data).contains("name = a, data = uploads/7"));
  }

  @Test
  void shouldNotForgetAJobWhoseStateCannotBeRead() throws IOException {
    JobStore store = JobStore.open(data);
    Path state = data.resolve("jobs").resolve(store.newId("looped")).resolve("state.json");
    Files.createSymbolicLink(state, state.getFileName());
    assertEquals(List.of("looped-1"), ids(store));
    assertEquals(JobStatus.FAILED, store.readAll().get(0).status());
  }
}
