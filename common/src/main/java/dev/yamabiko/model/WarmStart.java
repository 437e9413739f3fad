package dev.yamabiko.model;

import dev.yamabiko.job.Job;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Network;
import dev.yamabiko.nn.Node;
import dev.yamabiko.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The weights that a run begins with: the job's initial ones, but those of its {@code warm-start}
 * file where that has a tensor of the same name and shape. The file may come from another job, or
 * from another tool.
 */
public final class WarmStart {

  private static final int MOST_LISTED = 8;

  /**
   * Where a run begins.
   *
   * @param weights the flat vector; owned by this record
   * @param notice one line on what was taken from where; empty without a warm start
   */
  public record Result(float[] weights, Optional<String> notice) {}

  private WarmStart() {}

  /**
   * @throws ModelException if the file cannot be used, no tensor of it fits, or another tool's
   *     dense weights lie the other way round
   */
  public static Result of(Job job, Network network) {
    float[] weights = network.initialWeights(job.seed());
    if (job.model().warmStart().isEmpty()) {
      return new Result(weights, Optional.empty());
    }
    Path path = ModelFile.of(job.model().warmStart().get());
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      return new Result(weights, Optional.of(overlay(file, network, weights)));
    }
  }

  private static String overlay(SafetensorsFile file, Network network, float[] weights) {
    Optional<String> order = orderOfDense(file, network);
    List<StoredTensor> wanted = StoredTensor.of(network);
    Set<String> unused = new HashSet<>(file.names());
    List<String> left = new ArrayList<>();
    for (StoredTensor tensor : wanted) {
      if (file.has(tensor.name(), tensor.shape())) {
        file.read(tensor.name(), tensor.shape(), weights, tensor.offset());
        unused.remove(tensor.name());
      } else if (unused.remove(tensor.name())) {
        left.add(differs(tensor.name(), tensor.shape(), file.shape(tensor.name())));
      } else {
        left.add("%s %s: it is not there".formatted(tensor.name(), tensor.shape()));
      }
    }
    if (left.size() == wanted.size()) {
      throw new ModelException(
          "warm start: no tensor of %s fits this model: expected %s but found %s"
              .formatted(file.file(), expected(wanted), found(file)));
    }
    StringBuilder notice =
        new StringBuilder(
            "warm start: %d of %d tensors from %s"
                .formatted(wanted.size() - left.size(), wanted.size(), file.file()));
    if (!left.isEmpty()) {
      notice.append("; not ").append(list(left, "; "));
    }
    List<String> others = file.names().stream().filter(unused::contains).toList();
    if (!others.isEmpty()) {
      notice.append("; of the file, not used: ").append(list(others, ", "));
    }
    order.ifPresent(said -> notice.append("; ").append(said));
    return notice.toString();
  }

  /**
   * Another tool's dense weights may be [out, in]. Those that are not square tell; square ones fit
   * either way, which is said where no other tells.
   */
  private static Optional<String> orderOfDense(SafetensorsFile file, Network network) {
    if (ModelMetadata.FORMAT.equals(file.metadata().get("format"))) {
      return Optional.empty();
    }
    List<String> square = new ArrayList<>();
    boolean told = false;
    for (Node node : network.nodes()) {
      if (node.layer() instanceof Dense dense) {
        String name = node.name() + ".weight";
        Shape shape = dense.parameters().get(0).shape();
        boolean isSquare = shape.dimension(0) == shape.dimension(1);
        boolean fits = file.has(name, shape);
        if (!fits && file.has(name, Shape.of(shape.dimension(1), shape.dimension(0)))) {
          throw new ModelException(
              "warm start: %s has dense weights as [out, in], which is how PyTorch writes them, and not as [in, out]: %s; save v.T.contiguous() of each one"
                  .formatted(file.file(), differs(name, shape, file.shape(name))));
        }
        told |= fits && !isSquare;
        if (fits && isSquare) {
          square.add(name);
        }
      }
    }
    return told || square.isEmpty()
        ? Optional.empty()
        : Optional.of("taken as [in, out], though PyTorch writes [out, in]: " + list(square, ", "));
  }

  private static String differs(String name, Shape expected, List<Long> found) {
    return "%s: expected %s but found %s".formatted(name, expected, found);
  }

  private static String expected(List<StoredTensor> tensors) {
    return list(tensors.stream().map(t -> t.name() + " " + t.shape()).toList(), ", ");
  }

  private static String found(SafetensorsFile file) {
    return file.names().isEmpty()
        ? "no tensors"
        : list(file.names().stream().map(n -> n + " " + file.shape(n)).toList(), ", ");
  }

  private static String list(List<String> items, String separator) {
    String shown = String.join(separator, items.subList(0, Math.min(MOST_LISTED, items.size())));
    int more = items.size() - MOST_LISTED;
    return more > 0 ? shown + separator + more + " more" : shown;
  }
}
