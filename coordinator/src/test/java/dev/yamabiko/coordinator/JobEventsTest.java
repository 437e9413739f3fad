package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import akka.actor.testkit.typed.javadsl.TestInbox;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobEventsTest {

  private final JobEvents events = new JobEvents();
  private final TestInbox<JobEvent> follower = TestInbox.create();

  private List<Long> heard() {
    return follower.getAllReceived().stream().map(JobEvent::number).toList();
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
    events.add(JobEvent.END, "{}");
    events.add("status", "{}");
    assertEquals(List.of(1L), heard());
  }

  @Test
  void shouldTellOnlyTheEndToWhoComesAfterIt() {
    events.add("step", "{}");
    events.add(JobEvent.END, "{}");
    events.follow(0, follower.getRef());
    assertEquals(List.of(2L), heard());
  }

  @Test
  void shouldTellAllToWhoFollowedTheCoordinatorBefore() {
    events.add("step", "{}");
    events.follow(500, follower.getRef());
    events.add("step", "{}");
    assertEquals(List.of(1L, 2L), heard());
  }

  @Test
  void shouldNotEndWhenTheJobHasGoneOn() {
    events.add(JobEvent.END, "{}");
    events.add("status", "{}");
    events.follow(0, follower.getRef());
    events.add("step", "{}");
    assertEquals(List.of(2L, 3L), heard());
  }
}
