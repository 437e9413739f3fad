package dev.yamabiko.coordinator;

import dev.yamabiko.data.Targets;
import java.util.Map;

/**
 * What a run's files say of it.
 *
 * @param job the resolved job file
 * @param dataSha256 names the data by content
 * @param metadata of the model file
 * @param keep how many of the newest checkpoints stay
 * @param board what there is for TensorBoard
 */
public record RunDescription(
    String job,
    String dataSha256,
    Map<String, String> metadata,
    Targets targets,
    int keep,
    BoardContent board) {

  /** Of a run that writes nothing for TensorBoard. */
  public RunDescription(
      String job, String dataSha256, Map<String, String> metadata, Targets targets, int keep) {
    this(job, dataSha256, metadata, targets, keep, BoardContent.NONE);
  }
}
