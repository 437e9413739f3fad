package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.coordinator.WireVolume.Volume;
import dev.yamabiko.wire.BulkTraffic;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WireVolumeTest {

  private final WireVolume wire = new WireVolume();

  private static BulkTraffic traffic(long sent, long received, long dataset) {
    return new BulkTraffic(sent, 1, received, 1, dataset);
  }

  @Test
  void shouldCountDatasetBlocksApartAndStepsOnce() {
    WireVolume.Link link = wire.link("a");
    link.opened(() -> traffic(1_000, 300, 400));
    link.contributed(0);
    link.contributed(0);
    link.contributed(1);
    assertEquals(Map.of("a", new Volume(300, 600, 400, 2)), wire.sinceLast());
  }

  @Test
  void shouldCountWhatIsNewOnly() {
    BulkTraffic[] now = {traffic(100, 10, 0)};
    wire.link("a").opened(() -> now[0]);
    wire.sinceLast();
    now[0] = traffic(150, 30, 0);
    assertEquals(Map.of("a", new Volume(20, 50, 0, 0)), wire.sinceLast());
    assertEquals(Map.of(), wire.sinceLast());
  }

  /** A run may see very many come and go. */
  @Test
  void shouldKeepOnlyTheFiguresOfAConnectionThatHasEnded() {
    BulkTraffic[] now = {traffic(100, 10, 0)};
    WireVolume.Link link = wire.link("a");
    link.opened(() -> now[0]);
    link.closed();
    now[0] = null;
    assertEquals(new Volume(10, 100, 0, 0), wire.total());
  }

  @Test
  void shouldAddTheLinksOfAWorkerThatCameBack() {
    wire.link("a").opened(() -> traffic(100, 10, 0));
    wire.sinceLast();
    wire.link("a").opened(() -> traffic(7, 5, 0));
    wire.link("b");
    assertEquals(Map.of("a", new Volume(5, 7, 0, 0)), wire.sinceLast());
  }

  /** The other node has a new connection to it, which has carried less. */
  @Test
  void shouldNeverCountDownWhereAWorkerStartsAnewBeforeAnotherNode() {
    WireVolume.Link link = wire.link("a");
    link.counted(10, 100, 4);
    link.counted(30, 300, 9);
    wire.sinceLast();
    link.counted(0, 7, 0);
    assertEquals(Map.of("a", new Volume(0, 7, 0, 0)), wire.sinceLast());
    link.counted(5, 20, 1);
    assertEquals(Map.of("a", new Volume(5, 13, 0, 1)), wire.sinceLast());
    assertEquals(new Volume(35, 320, 0, 10), wire.total());
  }

  @Test
  void shouldWriteOneLineForAnEpoch() {
    assertEquals(
        "{\"wire\":2,\"steps\":9,\"bytes_up\":30,\"bytes_down\":70,\"bytes_dataset\":5,"
            + "\"per_worker\":{\"a\":{\"up\":10,\"down\":30,\"steps\":9,"
            + "\"samples_per_second\":2.0,\"reissued\":1},"
            + "\"b\":{\"up\":20,\"down\":40,\"steps\":8,"
            + "\"samples_per_second\":null,\"reissued\":0}}}",
        MetricsLine.ofWire(
            2,
            9,
            new TreeMap<>(Map.of("a", new Volume(10, 30, 5, 9), "b", new Volume(20, 40, 0, 8))),
            Map.of("a", new WorkerPace(6, 3_000_000_000L, 1))));
  }

  @Test
  void shouldNameWhoeverHasContributed() {
    WireVolume wire = new WireVolume();
    wire.link("idle");
    wire.link("b").contributed(0);
    wire.link("a").contributed(0);
    wire.link("a").contributed(3);
    assertEquals(List.of("a", "b"), wire.contributors());
  }
}
