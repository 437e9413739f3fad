package dev.yamabiko.job;

import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.Network;
import dev.yamabiko.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The network that a job trains.
 *
 * @param frozen numbers of layers whose parameters and buffers stay as they are
 * @param warmStart a model file, or a run directory with one, whose tensors the weights begin with
 *     where names and shapes agree
 */
public record ModelSpec(List<LayerSpec> layers, Set<Integer> frozen, Optional<Path> warmStart) {

  public ModelSpec {
    layers = List.copyOf(layers);
    frozen = new TreeSet<>(frozen);
  }

  public static ModelSpec of(List<LayerSpec> layers) {
    return new ModelSpec(layers, Set.of(), Optional.empty());
  }

  public Network build(Shape input) {
    return Network.build(input, layers, frozen);
  }
}
