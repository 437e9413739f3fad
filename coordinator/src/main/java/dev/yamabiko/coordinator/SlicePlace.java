package dev.yamabiko.coordinator;

import akka.actor.typed.DispatcherSelector;
import java.util.concurrent.Executor;
import java.util.function.IntFunction;

/**
 * Where a parameter slice lives.
 *
 * @param actor its dispatcher
 * @param compute does its arithmetic; {@code Runnable::run} where the dispatcher is there for that
 *     too
 */
public record SlicePlace(DispatcherSelector actor, Executor compute) {

  /** The same for every slice. */
  public static IntFunction<SlicePlace> onDefaultDispatcher(Executor compute) {
    SlicePlace place = new SlicePlace(DispatcherSelector.defaultDispatcher(), compute);
    return slice -> place;
  }
}
