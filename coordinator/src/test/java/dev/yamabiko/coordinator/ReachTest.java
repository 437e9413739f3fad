package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReachTest {

  private final Reach reach = new Reach();

  @Test
  void shouldHaveAWorkerBackOnceAllItsConnectionsAre() {
    assertTrue(reach.back("w", "p"));
    reach.lost("w", "");
    reach.lost("w", "p");
    assertFalse(reach.back("w", "p"));
    assertFalse(reach.isWhole("w"));
    assertTrue(reach.back("w", ""));
    assertTrue(reach.isWhole("w"));
  }

  @Test
  void shouldNotCountOwnersOfBefore() {
    reach.lost("both", "");
    reach.lost("both", "p");
    reach.lost("owner", "p");
    reach.lost("coordinator", "");
    assertEquals(Set.of(), reach.withoutAnOwner());
    assertEquals(Set.of("both", "owner"), reach.withoutAnOwner());
    assertEquals(List.of("owner"), reach.forgetOwners());
    assertTrue(reach.back("both", ""));
    assertFalse(reach.isWhole("coordinator"));
  }

  /** A connection takes its time, so it is late only where it is missed a second time. */
  @Test
  void shouldMissAFirstConnectionThatNoOwnerSays() {
    reach.await("w", List.of("p", "q"));
    assertEquals(Set.of(), reach.withoutAnOwner());
    reach.back("w", "p");
    assertTrue(reach.isWhole("w"));
    assertEquals(Set.of("w"), reach.withoutAnOwner());
    reach.back("w", "q");
    assertEquals(Set.of(), reach.withoutAnOwner());
    reach.await("w", List.of("p"));
    reach.withoutAnOwner();
    reach.forgetOwners();
    assertEquals(Set.of(), reach.withoutAnOwner());
  }

  @Test
  void shouldForgetAWorkerThatStartsAnew() {
    reach.lost("w", "p");
    reach.await("w", List.of("p"));
    reach.forget("w");
    assertTrue(reach.isWhole("w"));
    reach.withoutAnOwner();
    assertEquals(Set.of(), reach.withoutAnOwner());
  }
}
