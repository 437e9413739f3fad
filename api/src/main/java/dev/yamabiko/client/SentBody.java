package dev.yamabiko.client;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/**
 * A request's body that goes on with every part of it that the connection takes.
 *
 * @param liveness hears of it
 */
record SentBody(BodyPublisher content, Liveness liveness) implements BodyPublisher {

  @Override
  public long contentLength() {
    return content.contentLength();
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> connection) {
    content.subscribe(new Parts(connection, liveness));
  }

  private record Parts(Flow.Subscriber<? super ByteBuffer> connection, Liveness liveness)
      implements Flow.Subscriber<ByteBuffer> {

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      connection.onSubscribe(subscription);
    }

    @Override
    public void onNext(ByteBuffer part) {
      liveness.beat();
      connection.onNext(part);
    }

    @Override
    public void onError(Throwable e) {
      connection.onError(e);
    }

    @Override
    public void onComplete() {
      liveness.beat();
      connection.onComplete();
    }
  }
}
