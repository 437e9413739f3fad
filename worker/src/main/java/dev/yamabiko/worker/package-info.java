/**
 * The worker's side of a run: {@code Worker} holds a lease and the incoming weights, and starts one
 * {@code ShardTask} per step, which computes the leased blocks on the worker's own threads and
 * sends each slice its contribution as soon as backpropagation has passed it.
 */
package dev.yamabiko.worker;
