package dev.yamabiko.job;

import com.typesafe.config.ConfigValueType;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.DataSource.Colour;
import dev.yamabiko.data.DataSource.ImageSize;
import java.util.List;
import java.util.Optional;

/** {@code images { directory, size = 32 | [height, width], colour = rgb }}. */
final class ImagesParser {
  private static final int MOST = 1 << 15;

  private ImagesParser() {}

  static DataSource.Images parse(Variant images) {
    Section options = images.section("directory", "size", "colour");
    return new DataSource.Images(
        options.at("directory").path("the path of a directory"),
        size(options.at("size")),
        options.at("colour").oneOf(Colour.class, Colour.RGB));
  }

  private static Optional<ImageSize> size(Node node) {
    if (!node.given()) {
      return Optional.empty();
    }
    if (node.isInteger()) {
      return Optional.of(new ImageSize(pixels(node), pixels(node)));
    }
    String expected = "an integer of at least 1 or [height, width]";
    if (!node.is(ConfigValueType.LIST)) {
      throw node.expected(expected);
    }
    List<Node> sides = node.children();
    if (sides.size() != 2) {
      throw node.error("expected " + expected + " but found a list of " + sides.size());
    }
    return Optional.of(new ImageSize(pixels(sides.get(0)), pixels(sides.get(1))));
  }

  private static int pixels(Node node) {
    return (int) node.whole(1, MOST);
  }
}
