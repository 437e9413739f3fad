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
    assertEquals(Set.of("both", "owner"), Set.copyOf(reach.withoutAnOwner()));
    assertEquals(List.of("owner"), reach.forgetOwners());
    assertTrue(reach.back("both", ""));
    assertFalse(reach.isWhole("coordinator"));
  }

  @Test
  void shouldForgetAWorkerThatStartsAnew() {
    reach.lost("w", "p");
    reach.forget("w");
    assertTrue(reach.isWhole("w"));
  }
}
