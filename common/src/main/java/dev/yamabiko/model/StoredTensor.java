package dev.yamabiko.model;

import dev.yamabiko.nn.Network;
import dev.yamabiko.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model file keeps under one name: a parameter or a buffer.
 *
 * @param offset in the flat vector
 */
record StoredTensor(String name, Shape shape, int offset) {

  /** In the order of the flat vector: all parameters, then all buffers. */
  static List<StoredTensor> of(Network network) {
    List<StoredTensor> tensors = new ArrayList<>();
    for (Network.Place place : network.places()) {
      tensors.add(new StoredTensor(place.name(), place.parameter().shape(), place.offset()));
    }
    for (Network.BufferPlace place : network.bufferPlaces()) {
      tensors.add(new StoredTensor(place.name(), place.buffer().shape(), place.offset()));
    }
    return tensors;
  }

  int size() {
    return shape.size();
  }
}
