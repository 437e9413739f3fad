package dev.yamabiko.slices;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.slices.ParameterSlice.Settings;
import dev.yamabiko.step.Statistics;
import java.util.List;
import java.util.Optional;

/**
 * How a slice comes to know the global norm of the open step's gradient: each tells all, itself
 * among them, its share, and once every slice's is here the norm is known, to all the same.
 */
final class NormExchange {

  private final Settings settings;
  private List<ActorRef<SliceMessage>> peers = List.of();
  private NormShares shares;
  private Statistics statistics;
  private boolean known;

  NormExchange(Settings settings) {
    this.settings = settings;
  }

  void meet(List<ActorRef<SliceMessage>> slices) {
    peers = slices;
  }

  /** The next step. */
  void begin() {
    shares = new NormShares(settings.network().length(), settings.slices());
    known = false;
  }

  /** Of the step's sum, which is there before the norm. */
  Statistics statistics() {
    return statistics;
  }

  /** The slice's own share, as it is told. */
  List<SliceMessage.ShareNorm> share(long step, ParameterSlice.Aggregated aggregated) {
    statistics = aggregated.statistics();
    List<SliceMessage.ShareNorm> parts =
        NormShares.parts(
            new SliceMessage.ShareNorm(
                settings.key(), step, settings.slice(), aggregated.squares()));
    tell(parts);
    return parts;
  }

  /** Also once more: whoever has heard it drops it. */
  void tell(List<SliceMessage.ShareNorm> parts) {
    parts.forEach(part -> peers.forEach(peer -> peer.tell(part)));
  }

  /** Whether there is nothing more to wait for in this step. */
  boolean isKnown() {
    return known;
  }

  /** Whether it can be a part of this network's norm, beside those that are here. */
  boolean fits(SliceMessage.ShareNorm part) {
    return shares.fits(part);
  }

  /** The norm, once it is known. The part fits. */
  Optional<Double> accept(SliceMessage.ShareNorm part) {
    Optional<Double> norm = shares.accept(part);
    known = norm.isPresent();
    return norm;
  }
}
