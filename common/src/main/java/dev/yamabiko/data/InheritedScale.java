package dev.yamabiko.data;

import java.util.Optional;

/**
 * What people should know of .npy data that is multiplied by the training data's scale, as it has
 * none of its own, although its elements are of another type: bytes mostly go to 255, floats to 1.
 */
final class InheritedScale {
  private InheritedScale() {}

  /**
   * @param trainedOn the source of the training data
   * @param trainedType of that data's elements, if it is known
   */
  static Optional<String> notice(
      DataSource source, Examples examples, DataSource trainedOn, Optional<String> trainedType) {
    return source instanceof DataSource.Npy npy && npy.scale().isEmpty()
        ? notice(examples.name(), examples.inputType().orElseThrow(), trainedOn, trainedType)
        : Optional.empty();
  }

  /**
   * The same of a file that has no source.
   *
   * @param type of its elements, by NumPy's name
   */
  static Optional<String> notice(
      String file, String type, DataSource trainedOn, Optional<String> trainedType) {
    if (!(trainedOn instanceof DataSource.Npy npy) || npy.factor() == 1) {
      return Optional.empty();
    }
    return trainedType
        .filter(trained -> !trained.equals(type) && !(isFloat(trained) && isFloat(type)))
        .map(
            trained ->
                "%s: holds %s where the training data held %s; its numbers are multiplied by that data's scale, %s, all the same"
                    .formatted(file, type, trained, npy.factor()));
  }

  /** Floats of more bits are the same numbers. */
  private static boolean isFloat(String type) {
    return ElementType.named(type).filter(ElementType::isFloat).isPresent();
  }
}
