package dev.yamabiko.coordinator.http;

import akka.Done;
import akka.http.impl.engine.server.ServerTerminationDeadlineReached;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.ResponseEntity;
import akka.stream.Attributes;
import akka.stream.BidiShape;
import akka.stream.Inlet;
import akka.stream.Outlet;
import akka.stream.javadsl.BidiFlow;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Source;
import akka.stream.stage.AbstractInHandler;
import akka.stream.stage.AbstractOutHandler;
import akka.stream.stage.AsyncCallback;
import akka.stream.stage.GraphStage;
import akka.stream.stage.GraphStageLogic;
import akka.stream.stage.TimerGraphStageLogic;
import akka.util.ByteString;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * Ends a connection on which nothing is asked for a while: one that says nothing, not even its part
 * of a TLS handshake, or has had its answer. There are only so many, and whoever reaches the port
 * could hold all of them. Akka's own idle timeout has to be as long as an answer may take.
 */
final class QuietConnections
    extends GraphStage<BidiShape<HttpRequest, HttpRequest, HttpResponse, HttpResponse>> {

  private static final String TIMER = "quiet";

  private final Inlet<HttpRequest> requests = Inlet.create("requests");
  private final Outlet<HttpRequest> asked = Outlet.create("asked");
  private final Inlet<HttpResponse> answers = Inlet.create("answers");
  private final Outlet<HttpResponse> responses = Outlet.create("responses");
  private final Duration limit;

  private QuietConnections(Duration limit) {
    this.limit = limit;
  }

  /** What answers each connection's requests, for as long as there are some. */
  static Flow<HttpRequest, HttpResponse, ?> ended(
      Duration limit, Flow<HttpRequest, HttpResponse, ?> answering) {
    return BidiFlow.fromGraph(new QuietConnections(limit)).join(answering);
  }

  @Override
  public BidiShape<HttpRequest, HttpRequest, HttpResponse, HttpResponse> shape() {
    return BidiShape.of(requests, asked, answers, responses);
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Connection();
  }

  /** Of one connection. */
  private final class Connection extends TimerGraphStageLogic {

    /** The last byte of an answer is out, or nobody takes it. */
    private final AsyncCallback<Done> end = createAsyncCallback(done -> answered());

    /** Requests whose answers have not come to their end. */
    private int open;

    private boolean used;

    Connection() {
      super(QuietConnections.this.shape());
      pass(requests, asked, this::begin);
      pass(answers, responses, this::watched);
    }

    private <T> void pass(Inlet<T> from, Outlet<T> to, UnaryOperator<T> seen) {
      setHandler(
          from,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              push(to, seen.apply(grab(from)));
            }

            @Override
            public void onUpstreamFinish() {
              complete(to);
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
              fail(to, failure);
            }
          });
      setHandler(
          to,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              pull(from);
            }

            @Override
            public void onDownstreamFinish(Throwable cause) {
              cancel(from, cause);
            }
          });
    }

    @Override
    public void preStart() {
      scheduleOnce(TIMER, limit);
    }

    private HttpRequest begin(HttpRequest request) {
      open++;
      used = true;
      cancelTimer(TIMER);
      return request;
    }

    private void answered() {
      open--;
      if (open == 0) {
        scheduleOnce(TIMER, limit);
      }
    }

    private HttpResponse watched(HttpResponse response) {
      ResponseEntity entity = response.entity();
      if (entity.isStrict()) {
        answered();
        return response;
      }
      Source<ByteString, Object> bytes =
          entity
              .getDataBytes()
              .watchTermination(
                  (used, ended) -> {
                    ended.whenComplete((done, failure) -> end.invoke(Done.getInstance()));
                    return used;
                  });
      OptionalLong length = entity.getContentLengthOption();
      return response.withEntity(
          length.isPresent()
              ? HttpEntities.create(entity.getContentType(), length.getAsLong(), bytes)
              : HttpEntities.createChunked(entity.getContentType(), bytes));
    }

    /**
     * What is on its way to somebody who reads slowly still gets there. TLS would wait for the end
     * of a handshake all the same; this failure alone passes through to it, and ends it.
     */
    @Override
    public void onTimer(Object key) {
      if (used) {
        completeStage();
      } else {
        failStage(new ServerTerminationDeadlineReached());
      }
    }
  }
}
