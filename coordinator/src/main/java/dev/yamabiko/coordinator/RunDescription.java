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
 */
public record RunDescription(
    String job, String dataSha256, Map<String, String> metadata, Targets targets, int keep) {}
