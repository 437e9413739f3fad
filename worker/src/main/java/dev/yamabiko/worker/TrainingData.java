package dev.yamabiko.worker;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.protocol.DataPart;
import java.util.Optional;

/** A run's data as a worker reads it. */
public record TrainingData(Dataset train, Optional<Dataset> validation) {
  Dataset part(DataPart part) {
    return switch (part) {
      case TRAIN -> train;
      case VALIDATION -> validation.orElseThrow();
    };
  }
}
