package dev.yamabiko.coordinator.http;

import akka.event.LoggingAdapter;

/**
 * What the server says of its connections; that one was cut whose client does not read is for
 * whoever looks for it.
 */
record ConnectionLog(LoggingAdapter log) implements LoggingAdapter {

  @Override
  public void notifyError(Throwable cause, String message) {
    if (cause instanceof JobEventStream.NotRead) {
      log.debug(message);
    } else {
      log.error(cause, message);
    }
  }

  @Override
  public boolean isErrorEnabled() {
    return log.isErrorEnabled();
  }

  @Override
  public boolean isWarningEnabled() {
    return log.isWarningEnabled();
  }

  @Override
  public boolean isInfoEnabled() {
    return log.isInfoEnabled();
  }

  @Override
  public boolean isDebugEnabled() {
    return log.isDebugEnabled();
  }

  @Override
  public void notifyError(String message) {
    log.error(message);
  }

  @Override
  public void notifyWarning(String message) {
    log.warning(message);
  }

  @Override
  public void notifyInfo(String message) {
    log.info(message);
  }

  @Override
  public void notifyDebug(String message) {
    log.debug(message);
  }
}
