package dev.yamabiko.protocol;

/** Which of a run's datasets. */
public enum DataPart {
  TRAIN,
  VALIDATION
}
