package dev.yamabiko.wire;

/**
 * What has gone over a link so far, all its connections together; bytes with frame overhead.
 *
 * @param datasetBytes of dataset blocks, sent or received; counted among the others, too
 */
public record BulkTraffic(
    long bytesSent, long framesSent, long bytesReceived, long framesReceived, long datasetBytes) {}
