package dev.yamabiko.protocol;

/**
 * What a worker needs to know of a run to compute any of its shards.
 *
 * @param job the resolved job file
 * @param dataSha256 names the run's data by content
 */
public record RunDefinition(String job, String dataSha256) {}
