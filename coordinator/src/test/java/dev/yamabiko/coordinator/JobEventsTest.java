package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import akka.actor.testkit.typed.javadsl.TestInbox;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobEventsTest {

  private final JobEvents events = new JobEvents(1);
  private final TestInbox<JobEventBatch> follower = TestInbox.create();

  private List<Long> heard() {
    events.send();
    return follower.getAllReceived().stream()
        .flatMap(batch -> batch.events().stream())
        .map(JobEvent::number)
        .toList();
  }

  @Test
  void shouldTellWhatCameAndWhatComesInOrder() {
    events.add("status", "{}");
    events.add("step", "{}");
    events.follow(0, follower.getRef());
    events.add("step", "{}");
    assertEquals(List.of(1L, 2L, 3L), heard());
  }

  @Test
  void shouldGoOnWhereAFollowerLeftOff() {
    for (int i = 0; i < 5; i++) {
      events.add("step", "{}");
    }
    events.follow(3, follower.getRef());
    assertEquals(List.of(4L, 5L), heard());
  }

  @Test
  void shouldKeepTheLatestOnly() {
    for (int i = 0; i < 5_000; i++) {
      events.add("step", "{}");
    }
    events.follow(0, follower.getRef());
    List<Long> heard = heard();
    assertEquals(4_096, heard.size());
    assertEquals(905, heard.get(0));
    assertEquals(5_000, heard.get(4_095));
  }

  /** A job in the queue hears of each change of what the first one waits for. */
  @Test
  void shouldKeepTheLastOfStatesInARowAndTellEachToWhoFollows() {
    TestInbox<JobEventBatch> before = TestInbox.create("before");
    events.follow(0, before.getRef());
    for (int i = 0; i < 3; i++) {
      events.add("status", "{}");
    }
    events.add("step", "{}");
    events.add("status", "{}");
    events.send();
    assertEquals(
        List.of(1L, 2L, 3L, 4L, 5L),
        before.getAllReceived().stream()
            .flatMap(batch -> batch.events().stream().map(JobEvent::number))
            .toList());
    events.follow(0, follower.getRef());
    assertEquals(List.of(3L, 4L, 5L), heard());
    events.forget(follower.getRef());
    events.follow(2, follower.getRef());
    assertEquals(List.of(3L, 4L, 5L), heard());
    events.forget(follower.getRef());
    events.follow(3, follower.getRef());
    assertEquals(List.of(4L, 5L), heard());
  }

  @Test
  void shouldTellEachEventOnceWhenFollowedTwice() {
    events.follow(0, follower.getRef());
    events.follow(0, follower.getRef());
    events.add("step", "{}");
    assertEquals(List.of(1L), heard());
  }

  @Test
  void shouldForgetWhoLeaves() {
    events.follow(0, follower.getRef());
    events.forget(follower.getRef());
    events.add("step", "{}");
    assertEquals(List.of(), heard());
  }

  @Test
  void shouldTellNothingAfterTheEnd() {
    events.follow(0, follower.getRef());
    events.end("{}");
    events.add("status", "{}");
    assertEquals(List.of(1L), heard());
  }

  /** Whoever comes after the end is told how the job is. */
  @Test
  void shouldKeepNothingOfAJobThatHasEnded() {
    events.add("step", "{}");
    events.end("{}");
    events.follow(0, follower.getRef());
    assertEquals(List.of(), heard());
  }

  @Test
  void shouldTellAllToWhoFollowedTheCoordinatorBefore() {
    events.add("step", "{}");
    events.follow(500, follower.getRef());
    events.add("step", "{}");
    assertEquals(List.of(1L, 2L), heard());
  }

  @Test
  void shouldTellAllToWhoHeardFromTheTermBeforeHoweverMuchThereIs() {
    events.add("step", "{}");
    events.follow(0, follower.getRef());
    long last = heard().get(0);
    JobEvents next = new JobEvents(2);
    next.add("status", "{}");
    next.add("step", "{}");
    next.follow(last, follower.getRef());
    assertEquals(
        List.of("status", "step"),
        follower.receiveMessage().events().stream().map(JobEvent::kind).toList());
  }

  @Test
  void shouldNotEndWhenTheJobHasGoneOn() {
    events.end("{}");
    events.add("status", "{}");
    events.follow(0, follower.getRef());
    events.add("step", "{}");
    assertEquals(List.of(2L, 3L), heard());
  }

  @Test
  void shouldTellManyAtOnceAndAllTheSameBatch() {
    TestInbox<JobEventBatch> other = TestInbox.create("other");
    events.follow(0, follower.getRef());
    events.follow(0, other.getRef());
    events.add("step", "{}");
    events.add("step", "{}");
    assertFalse(follower.hasMessages());
    events.send();
    JobEventBatch batch = follower.receiveMessage();
    assertEquals(List.of(1L, 2L), batch.events().stream().map(JobEvent::number).toList());
    assertSame(batch, other.receiveMessage());
    assertSame(batch.text(), batch.text());
    events.send();
    assertFalse(follower.hasMessages());
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "notice", "end"})
  void shouldTellWhatIsUrgentAtOnceAndInItsOrder(String kind) {
    events.follow(0, follower.getRef());
    events.add("step", "{}");
    events.add(kind, "{}");
    assertEquals(2, follower.receiveMessage().events().size());
  }

  @Test
  void shouldTellNoMoreAtOnceThanABatchHolds() {
    for (int i = 0; i < 300; i++) {
      events.add("step", "{}");
    }
    events.follow(0, follower.getRef());
    for (int i = 0; i < 300; i++) {
      events.add("step", "{}");
    }
    assertEquals(
        List.of(256, 44, 256),
        follower.getAllReceived().stream().map(batch -> batch.events().size()).toList());
    assertEquals(44, heard().size());
  }

  @Test
  void shouldTellNobodyTwiceWhoBeginsWhileOthersWait() {
    events.follow(0, follower.getRef());
    events.add("step", "{}");
    TestInbox<JobEventBatch> other = TestInbox.create("other");
    events.follow(0, other.getRef());
    assertEquals(List.of(1L), heard());
    assertEquals(1, other.getAllReceived().size());
  }

  @Test
  void shouldKeepNothingForNobody() {
    events.follow(0, follower.getRef());
    events.add("step", "{}");
    events.forget(follower.getRef());
    assertFalse(events.isFollowed());
    assertEquals(List.of(), heard());
  }
}
