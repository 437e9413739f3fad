/**
 * The coordinator's side of a run: {@code TrainingRun} owns the plan; the parameter slices are
 * here, or on other nodes, for each of which a {@code RemoteOwner} stands here. Decisions are plain
 * classes, the actors only receive, ask them, and send.
 */
package dev.yamabiko.coordinator;
