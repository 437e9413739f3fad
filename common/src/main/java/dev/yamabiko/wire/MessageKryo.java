package dev.yamabiko.wire;

import akka.actor.typed.ActorRef;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import java.util.List;

/**
 * Kryo with the {@link MessageTable}'s numbers and nothing else. Actor references and lists are
 * written as what they are to their users, whatever class implements them.
 */
final class MessageKryo extends Kryo {

  /**
   * What Kryo writes in place of a number where a class is not registered, and its name follows.
   */
  private static final int BY_NAME = 1;

  /** More than any message has; bytes from elsewhere must not nest until the stack ends. */
  private static final int MOST_DEPTH = 16;

  MessageKryo(Serializer<?> actorRefs) {
    setRegistrationRequired(true);
    setReferences(false);
    setMaxDepth(MOST_DEPTH);
    MessageTable.register(this, actorRefs);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Registration getRegistration(Class type) {
    if (type != ActorRef.class && ActorRef.class.isAssignableFrom(type)) {
      return super.getRegistration(ActorRef.class);
    } else if (type != List.class && List.class.isAssignableFrom(type)) {
      return super.getRegistration(List.class);
    }
    return super.getRegistration(type);
  }

  /** Kryo itself would look for a class of any name first, and then say that it has no number. */
  @Override
  public Registration readClass(Input input) {
    int begin = input.position();
    if (input.readVarInt(true) == BY_NAME) {
      throw new KryoException("a class by its name");
    }
    input.setPosition(begin);
    return super.readClass(input);
  }
}
