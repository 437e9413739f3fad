package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.coordinator.shared.Presence;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JoinPlanTest {

  private static final JoinPlan PLAN = new JoinPlan(Duration.ofSeconds(5), Duration.ofSeconds(20));
  private static final List<Presence.Node> OTHER =
      List.of(new Presence.Node(2, "h:1", 3, "http://h:2"));

  private static JoinPlan.Step next(
      List<Presence.Node> others, boolean silent, boolean first, int seconds) {
    return PLAN.next(
        new Presence.Roll(others, silent, first, List.of(), Optional.empty()),
        Duration.ofSeconds(seconds));
  }

  @Test
  void shouldFormTheClusterWhenNobodyElseIsThere() {
    assertEquals(JoinPlan.Step.FORM, next(List.of(), false, true, 0));
  }

  @Test
  void shouldJoinThoseThatAreThere() {
    assertEquals(JoinPlan.Step.JOIN, next(OTHER, false, false, 0));
    assertEquals(JoinPlan.Step.JOIN, next(OTHER, true, false, 19));
    assertEquals(JoinPlan.Step.JOIN, next(OTHER, false, true, 4));
  }

  @Test
  void shouldWaitForOneThatHasNotSaidWhereItIs() {
    assertEquals(JoinPlan.Step.WAIT, next(List.of(), true, false, 19));
  }

  @Test
  void shouldFormTheClusterWhenItCameFirstAndNobodyLetsItIn() {
    assertEquals(JoinPlan.Step.FORM, next(OTHER, true, true, 6));
    assertEquals(JoinPlan.Step.JOIN, next(OTHER, true, false, 6));
  }

  @Test
  void shouldNotWaitForEverForNodesThatOnlySeemToLive() {
    assertEquals(JoinPlan.Step.FORM, next(OTHER, false, false, 21));
    assertEquals(JoinPlan.Step.FORM, next(List.of(), true, false, 21));
  }

  @Test
  void shouldJoinTheCoordinatorsClusterHoweverLongThatTakes() {
    for (boolean first : new boolean[] {false, true}) {
      Presence.Roll led =
          new Presence.Roll(OTHER, true, first, List.of(), Optional.of(OTHER.get(0)));
      assertEquals(JoinPlan.Step.JOIN, PLAN.next(led, Duration.ofHours(1)));
    }
  }
}
