package dev.yamabiko.protocol;

import dev.yamabiko.data.blocks.DatasetRef;
import java.util.Optional;

/**
 * What a worker needs to know of a run to compute any of its shards.
 *
 * @param job the resolved job file
 * @param dataSha256 names the run's data by content
 * @param dataset what workers on other nodes fetch; absent where all share the data in memory
 */
public record RunDefinition(String job, String dataSha256, Optional<DatasetRef> dataset) {}
