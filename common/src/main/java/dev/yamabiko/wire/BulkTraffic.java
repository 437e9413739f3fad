package dev.yamabiko.wire;

/** What has gone over a link so far, all its connections together; bytes with frame overhead. */
public record BulkTraffic(
    long bytesSent, long framesSent, long bytesReceived, long framesReceived) {}
