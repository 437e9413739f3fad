/**
 * The coordinator's side of a run: {@code TrainingRun} owns the plan, each {@code ParameterSlice}
 * owns a part of the weights. Decisions are plain classes, the actors only receive, ask them, and
 * send.
 */
package dev.yamabiko.coordinator;
