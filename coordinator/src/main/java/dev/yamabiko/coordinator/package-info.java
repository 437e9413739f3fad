/**
 * The coordinator's side of a run: {@code TrainingRun} owns the plan, each {@code ParameterSlice}
 * owns a part of the weights. Decisions are plain classes, the actors only receive, ask them, and
 * send.
 *
 * <p>What is handed out twice comes twice, and has to have the same bits: a slice compares it with
 * what it took, and where that differs the run ends and names both workers. Floats are compared
 * only while nobody writes to them: until the step closes, for they are lent, and later where they
 * were given for good.
 */
package dev.yamabiko.coordinator;
