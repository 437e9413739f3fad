package dev.yamabiko.fuzz;

import com.esotericsoftware.kryo.KryoException;
import dev.yamabiko.fuzz.FuzzTarget.Allowance;
import dev.yamabiko.wire.BulkException;
import dev.yamabiko.wire.FuzzedBulk;
import dev.yamabiko.wire.FuzzedMessages;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** What nodes read from each other, on both planes. */
final class WireTargets {

  private WireTargets() {}

  static List<FuzzTarget> all(FuzzedMessages messages) throws IOException {
    FuzzedBulk bulk = new FuzzedBulk();
    return List.of(
        FuzzTarget.of(
                "control messages",
                messages::read,
                Set.of(KryoException.class),
                messages.samples(),
                new Allowance(1 << 20, 64))
            // A class by its name, as Kryo has it: 1, the name's number, the name.
            .withWords(
                "\u0001\u0000\u0091java.util.HashMap",
                "\u0001\u0000java.util.HashMa\u00f0",
                "akka://yamabiko@127.0.0.1:2551/user/a",
                "akka://yamabiko@[::1]:99999/user",
                "akka.tcp://",
                "/user/")
            .repairedBy(FuzzedMessages::withSum)
            .betweenNodes(),
        FuzzTarget.of(
                "bulk frames",
                FuzzedBulk::decode,
                Set.of(BulkException.class),
                FuzzedBulk.bodies(),
                new Allowance(1 << 20, 64))
            .betweenNodes(),
        FuzzTarget.of(
                "bulk streams",
                bulk::receive,
                Set.of(BulkException.class),
                FuzzedBulk.streams(),
                new Allowance(4L * FuzzedBulk.MOST_BYTES, 256))
            .repairedBy(FuzzedBulk::withSums)
            .betweenNodes());
  }
}
