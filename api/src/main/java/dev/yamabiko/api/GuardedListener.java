package dev.yamabiko.api;

import java.util.Optional;
import java.util.function.Consumer;

/** A program's listener, which is not called any more once it has thrown. */
final class GuardedListener implements ProgressListener {

  private final ProgressListener listener;
  private final Consumer<YamabikoException> end;
  private Optional<YamabikoException> failure = Optional.empty();

  /**
   * @param end hears of it when the listener throws
   */
  GuardedListener(ProgressListener listener, Consumer<YamabikoException> end) {
    this.listener = listener;
    this.end = end;
  }

  @Override
  public void onEpoch(Progress progress) {
    tell(() -> listener.onEpoch(progress));
  }

  @Override
  public void onStep(Progress progress) {
    tell(() -> listener.onStep(progress));
  }

  @Override
  public void onNotice(String notice) {
    tell(() -> listener.onNotice(notice));
  }

  /** Notices may come from other threads. */
  private synchronized void tell(Runnable call) {
    if (failure.isPresent()) {
      return;
    }
    try {
      call.run();
    } catch (RuntimeException | Error e) {
      failure = Optional.of(YamabikoException.failed("the progress listener failed: " + e, e));
      end.accept(failure.get());
    }
  }

  /**
   * @throws YamabikoException if the listener threw, with what it threw as its cause
   */
  synchronized void rethrow() {
    if (failure.isPresent()) {
      throw failure.get();
    }
  }
}
