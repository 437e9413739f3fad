package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.TimerScheduler;
import dev.yamabiko.coordinator.Coordinator.Command;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Those who follow jobs: as long as there are any, they hear often of what has happened since. */
final class JobFollowers {

  /** How long an event may wait for others that are sent with it. */
  private static final Duration BATCH = Duration.ofMillis(100);

  private static final Command OFTEN = new Coordinator.SendEvents();

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final JobBook jobs;

  /** Jobs that somebody follows. */
  private final Set<JobEntry> followed = new LinkedHashSet<>();

  JobFollowers(ActorContext<Command> context, TimerScheduler<Command> timers, JobBook jobs) {
    this.context = context;
    this.timers = timers;
    this.jobs = jobs;
  }

  /** See {@link CoordinatorCommand.FollowJob}. */
  void follow(CoordinatorCommand.FollowJob follow) {
    jobs.find(follow.id())
        .ifPresentOrElse(
            entry -> follow(entry, follow.after(), follow.listener()),
            () -> follow.listener().tell(end(0, "{}")));
  }

  private void follow(JobEntry entry, long after, ActorRef<JobEventBatch> listener) {
    if (entry.status().hasEnded()) {
      listener.tell(end(after + 1, entry.view().json()));
      return;
    }
    context.watchWith(listener, new Coordinator.FollowerLost(listener));
    entry.events().follow(after, listener);
    followed.add(entry);
    if (!timers.isTimerActive(OFTEN)) {
      timers.startTimerWithFixedDelay(OFTEN, BATCH);
    }
  }

  private static JobEventBatch end(long number, String json) {
    return new JobEventBatch(List.of(new JobEvent(number, JobEvent.END, json)));
  }

  void send() {
    followed.forEach(entry -> entry.events().send());
    followed.removeIf(entry -> !entry.events().isFollowed());
    if (followed.isEmpty()) {
      timers.cancel(OFTEN);
    }
  }

  void forget(ActorRef<JobEventBatch> follower) {
    jobs.all().forEach(entry -> entry.events().forget(follower));
  }
}
