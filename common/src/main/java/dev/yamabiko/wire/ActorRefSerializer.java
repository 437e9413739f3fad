package dev.yamabiko.wire;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/** An actor's address, with the node that it lives on. */
final class ActorRefSerializer extends Serializer<ActorRef<?>> {

  private final ActorRefResolver resolver;

  ActorRefSerializer(ActorRefResolver resolver) {
    super(false, true);
    this.resolver = resolver;
  }

  @Override
  public void write(Kryo kryo, Output output, ActorRef<?> ref) {
    output.writeString(resolver.toSerializationFormat(ref));
  }

  @Override
  public ActorRef<?> read(Kryo kryo, Input input, Class<? extends ActorRef<?>> type) {
    String path = input.readString();
    if (path == null) {
      // The resolver's cache reads a string's memory by itself: a null ends the JVM.
      throw new KryoException("a reference without an actor");
    }
    return resolver.resolveActorRef(path);
  }
}
