package dev.yamabiko.coordinator;

import dev.yamabiko.nn.Network;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a job is to do.
 *
 * @param file the resolved job file; empty if it has been lost
 * @param network known once the job's data has been read in this coordinator's time
 * @param directory the run directory
 */
public record JobDescription(String id, String file, Optional<Network> network, Path directory) {}
